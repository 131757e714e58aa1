package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.kafka.clients.admin.NewTopic;

/** A central cluster in this process. */
final class InProcessKafka implements CentralKafka {
    private final EmbeddedKafka kafka;

    InProcessKafka(Path directory) {
        this.kafka = new EmbeddedKafka(directory);
    }

    @Override
    public void start() {
        kafka.start();
    }

    @Override
    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    @Override
    public void createTopics(Collection<NewTopic> topics) {
        kafka.createTopics(topics);
    }

    @Override
    public void close() {
        kafka.close();
    }
}
