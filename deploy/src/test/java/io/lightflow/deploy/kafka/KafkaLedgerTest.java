package io.lightflow.deploy.kafka;

import static io.lightflow.deploy.kafka.SinkSamples.at;
import static io.lightflow.deploy.kafka.SinkSamples.commit;
import static io.lightflow.deploy.kafka.SinkSamples.offset;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.KafkaSettings;
import io.lightflow.deploy.kafka.TestKafka.End;
import io.lightflow.position.Position;
import io.lightflow.topology.kafka.DataflowTopics;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.KafkaSink;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wherever in the ledger topic the last committed position is, it is found. */
class KafkaLedgerTest {
    private static TestKafka kafka;

    @BeforeAll
    static void start(@TempDir Path directory) {
        kafka = new TestKafka(KafkaSettings.in(directory).with("log.cleaner.backoff.ms", "200"));
        kafka.broker().createTopic(SinkSamples.INPUT, 4, Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void invariantA_thePositionIsFoundBehindManyAbortedTransactions() {
        kafka.createOutputs("behind", 4);
        move("behind", 0, 0, 7);
        // Each takes two offsets, so this is beyond the first looks of the ledger.
        abort("behind", 0, 300);
        abort("behind", 1, 40);

        try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "behind")) {
            assertThat(ledger.readAll(List.of(0, 1, 2)))
                    .isEqualTo(Map.of(0, at(7), 1, Position.START, 2, Position.START));
        }
        move("behind", 0, 7, 8);
        try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "behind")) {
            assertThat(ledger.read(0)).isEqualTo(at(8));
        }
    }

    @Test
    void invariantA_anOpenTransactionDoesNotHideThePosition() {
        kafka.createOutputs("open", 4);
        move("open", 0, 0, 7);
        try (var producer = kafka.producer(Map.of("transactional.id", "lightflow.open.0"));
                KafkaLedger ledger = new KafkaLedger(kafka.clients(), "open")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(
                    DataflowTopics.ledger("open"), 0, new byte[1], new byte[1]));
            producer.flush();

            assertThat(ledger.read(0)).isEqualTo(at(7));
            producer.abortTransaction();
        }
    }

    @Test
    void invariantA_thePositionIsFoundAfterCompaction() throws Exception {
        kafka.createOutputs("compacted", 1);
        String topic = DataflowTopics.ledger("compacted");
        kafka.admin()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(
                                set("segment.ms", "100"),
                                set("min.cleanable.dirty.ratio", "0.001"),
                                set("delete.retention.ms", "0"))))
                .all()
                .get();
        try (KafkaSink sink = new KafkaSink(kafka.clients(), "compacted")) {
            Position position = sink.open(0);
            for (int i = 1; i <= 20; i++) {
                Position next = at(i);
                sink.commit(commit(0, position, next));
                position = next;
            }
        }
        abort("compacted", 0, 20);
        long before = kafka.readCommitted(topic, 1).size();
        // A segment is closed by what is appended after its time; compaction leaves the last one alone.
        long[] at = {20};
        TestKafka.await("the ledger has been compacted", () -> {
            move("compacted", 0, at[0], ++at[0]);
            return kafka.readCommitted(topic, 1).size() < before / 2;
        });

        try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "compacted")) {
            assertThat(offset(ledger.read(0))).isEqualTo(at[0]);
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static void move(String group, int shard, long from, long to) {
        try (KafkaSink sink = new KafkaSink(kafka.clients(), group)) {
            assertThat(sink.open(shard)).isEqualTo(at(from));
            sink.commit(commit(shard, at(from), at(to)));
        }
    }

    /** Attempts that never commit. */
    private static void abort(String group, int shard, int times) {
        try (var producer = kafka.producer(Map.of("transactional.id", "lightflow." + group + "." + shard))) {
            producer.initTransactions();
            for (int i = 0; i < times; i++) {
                TestKafka.transaction(producer, End.ABORT, DataflowTopics.ledger(group), shard, "attempt " + i);
            }
        }
    }
}
