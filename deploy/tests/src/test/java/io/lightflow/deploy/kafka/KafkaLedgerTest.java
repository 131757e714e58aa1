package io.lightflow.deploy.kafka;

import static io.lightflow.deploy.kafka.SinkSamples.at;
import static io.lightflow.deploy.kafka.SinkSamples.commit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.kafka.TestKafka.End;
import io.lightflow.position.Position;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.KafkaSink;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Wherever in the ledger topic the last committed position is, it is found. */
@ExtendWith(SharedKafka.class)
class KafkaLedgerTest {
    private static TestKafka kafka;

    @BeforeAll
    static void start(TestKafka shared) {
        kafka = shared;
        kafka.broker().createTopic(SinkSamples.INPUT, 4, Map.of());
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
        kafka.awaitNoOpenTransaction(GroupTopics.ledger("behind"), 1);
        try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "behind")) {
            assertThat(ledger.read(0)).isEqualTo(at(8));
        }
    }

    @Test
    void invariantA_anOpenTransactionDoesNotHideThePosition() {
        kafka.createOutputs("open", 4);
        move("open", 0, 0, 7);
        kafka.awaitNoOpenTransaction(GroupTopics.ledger("open"), 1);
        try (var producer = kafka.producer(Map.of("transactional.id", "lightflow.open.0"));
                KafkaLedger ledger = new KafkaLedger(kafka.clients(), "open")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(GroupTopics.ledger("open"), 0, new byte[1], new byte[1]));
            producer.flush();

            assertThat(ledger.read(0)).isEqualTo(at(7));
            producer.abortTransaction();
        }
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
                TestKafka.transaction(producer, End.ABORT, GroupTopics.ledger(group), shard, "attempt " + i);
            }
        }
    }
}
