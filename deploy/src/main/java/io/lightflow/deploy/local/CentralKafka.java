package io.lightflow.deploy.local;

import java.util.Collection;
import org.apache.kafka.clients.admin.NewTopic;

/** The central cluster of the local stack. */
public interface CentralKafka extends AutoCloseable {
    void start();

    /** Once started. */
    String bootstrapServers();

    /** Makes those of the topics that are absent. */
    void createTopics(Collection<NewTopic> topics);

    @Override
    void close();
}
