package io.lightflow.deploy.kafka;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaSink;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class KafkaSinkContractTest extends SinkContract<List<OutputEvent>> {
    private static final AtomicInteger GROUPS = new AtomicInteger();
    private static TestKafka kafka;

    private final String group = "contract" + GROUPS.incrementAndGet();

    @BeforeAll
    static void start(@TempDir Path directory) {
        kafka = new TestKafka(EmbeddedKafkaSettings.in(directory));
        // The contract's positions are of this topic, and Kafka refuses offsets of a topic that is not there.
        kafka.broker().createTopic("us.clicks", 2, Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @BeforeEach
    void createTopics() {
        kafka.createOutputs(group, 2);
    }

    @Override
    protected Sink<List<OutputEvent>> newWriter() {
        KafkaSink sink = new KafkaSink(kafka.clients(), group);
        return new Sink<>() {
            @Override
            public Position open(int shard) {
                return sink.open(shard);
            }

            @Override
            public void commit(List<Commit<List<OutputEvent>>> commits) {
                sink.commit(commits);
            }

            @Override
            public void release(int shard) {
                sink.release(shard);
                kafka.awaitNoOpenTransaction(GroupTopics.ledger(group), 2);
            }

            /** An outside reader, who sees a commit only once its markers are written. */
            @Override
            public Position read(int shard) {
                kafka.awaitNoOpenTransaction(GroupTopics.ledger(group), 2);
                return sink.read(shard);
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    @Override
    protected List<OutputEvent> output(long amount) {
        return SinkSamples.output(amount);
    }

    @Override
    protected long committedAmount() {
        return kafka.committedSum(OutputTopic.CLICKS.of(group), 2);
    }

    @Override
    protected int mostMovesInOneCommit() {
        return 1;
    }
}
