package io.lightflow.deploy.local;

import java.util.Collection;
import org.apache.kafka.clients.admin.NewTopic;

/** The central cluster of the local stack. */
public interface CentralKafka extends AutoCloseable {
    void start();

    /** Available after the start. */
    String bootstrapServers();

    /** Creates the missing topics. */
    void createTopics(Collection<NewTopic> topics);

    @Override
    void close();
}
