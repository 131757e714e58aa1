package io.lightflow.deploy.kafka;

import static io.lightflow.deploy.kafka.SinkSamples.at;
import static io.lightflow.deploy.kafka.SinkSamples.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.copy.CopyRule;
import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises of the Kafka sink beyond the contract of every sink. */
class KafkaSinkTest {
    private static TestKafka kafka;

    @BeforeAll
    static void start(@TempDir Path directory) {
        kafka = new TestKafka(EmbeddedKafkaSettings.in(directory)
                .with("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200"));
        kafka.broker().createTopic(SinkSamples.INPUT, 4, Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static KafkaSink sink(String group) {
        return new KafkaSink(kafka.clients(), group);
    }

    private static long committed(String group) {
        return kafka.committedSum(OutputTopic.CLICKS.of(group), 4);
    }

    @Test
    void invariantB_nothingOfAZombieIsSeenByReadersOfCommittedRecords() {
        kafka.createOutputs("zombie", 4);
        try (KafkaSink zombie = sink("zombie");
                KafkaSink successor = sink("zombie")) {
            zombie.open(0);
            zombie.commit(commit(0, Position.START, at(10)));
            assertThat(successor.open(0)).isEqualTo(at(10));

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> zombie.commit(commit(0, at(10), at(1_000))))
                        .isInstanceOf(FencedException.class)
                        .hasMessageContaining("shard 0 of group zombie");
            }
            successor.commit(commit(0, at(10), at(25)));

            TestKafka.await("the commit shows", () -> successor.read(0).equals(at(25)));
            assertThat(committed("zombie")).isEqualTo(25);
        }
    }

    @Test
    void copiesAreCommittedWithTheirOriginalsOrNotAtAll() {
        kafka.createOutputs("copied", 4);
        kafka.broker().createTopic("partner", 4, Map.of());
        List<CopyRule> copies = List.of(new CopyRule("partner", OutputTopic.CLICKS, Map.of(), Map.of(), 1));
        try (KafkaSink zombie = new KafkaSink(kafka.clients(), "copied", copies, nanos -> {});
                KafkaSink successor = new KafkaSink(kafka.clients(), "copied", copies, nanos -> {})) {
            zombie.open(0);
            zombie.commit(commit(0, Position.START, at(10)));
            successor.open(0);
            assertThatThrownBy(() -> zombie.commit(commit(0, at(10), at(1_000))))
                    .isInstanceOf(FencedException.class);
            successor.commit(commit(0, at(10), at(25)));

            TestKafka.await("the commit shows", () -> successor.read(0).equals(at(25)));
            assertThat(kafka.committedSum("partner", 4))
                    .isEqualTo(committed("copied"))
                    .isEqualTo(25);
        }
    }

    /** So a partition in which a hanging transaction has ended shows it. */
    @Test
    void theMarkerOfATransactionsEndRaisesTheEpochByOne() throws Exception {
        kafka.createOutputs("epochs", 1);
        String topic = OutputTopic.CLICKS.of("epochs");
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer(Map.of("transactional.id", "epochs"))) {
            producer.initTransactions();
            for (TestKafka.End end : TestKafka.End.values()) {
                producer.beginTransaction();
                producer.send(TestKafka.record(topic, 0, "value")).get();
                ProducerState open = producerOf(topic);
                assertThat(open.currentTransactionStartOffset()).isPresent();

                if (end == TestKafka.End.COMMIT) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
                kafka.awaitNoOpenTransaction(topic, 1);

                ProducerState ended = producerOf(topic);
                assertThat(ended.currentTransactionStartOffset()).isEmpty();
                assertThat(ended.producerId()).isEqualTo(open.producerId());
                assertThat(ended.producerEpoch()).isEqualTo(open.producerEpoch() + 1);
            }
        }
    }

    private static ProducerState producerOf(String topic) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        return kafka.admin()
                .describeProducers(List.of(partition))
                .partitionResult(partition)
                .get()
                .activeProducers()
                .get(0);
    }

    @Test
    void aCommitThatExceedsItsTimeoutIsNoTakeover() {
        kafka.createOutputs("slow", 4);
        try (KafkaSink sink = new KafkaSink(kafka.clients(), "slow", Duration.ofSeconds(1))) {
            ShardMove move = new ShardMove(0, sink.open(0), at(10));
            assertThatThrownBy(() -> sink.commit(List.of(new Commit<>(List.of(move), slowly(3)))))
                    .isInstanceOf(CommitTimeoutException.class)
                    .hasMessageContaining("shard 0 of group slow did not end within");

            assertThat(sink.open(0)).isEqualTo(Position.START);
            sink.commit(List.of(new Commit<>(List.of(move), slowly(0))));
            TestKafka.await("the commit shows", () -> sink.read(0).equals(at(10)));
        }
        assertThat(kafka.readCommitted(OutputTopic.CLICKS.of("slow"), 4)).hasSize(2);
    }

    @Test
    void aTakeoverDuringACommitThatExceedsItsTimeoutIsATakeover() {
        kafka.createOutputs("slow-zombie", 4);
        try (KafkaSink zombie = new KafkaSink(kafka.clients(), "slow-zombie", Duration.ofSeconds(1));
                KafkaSink successor = sink("slow-zombie")) {
            ShardMove move = new ShardMove(0, zombie.open(0), at(10));
            List<OutputEvent> outputs = new AbstractList<>() {
                @Override
                public OutputEvent get(int index) {
                    if (index == 1) {
                        LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                        successor.open(0);
                    }
                    return click();
                }

                @Override
                public int size() {
                    return 2;
                }
            };
            assertThatThrownBy(() -> zombie.commit(List.of(new Commit<>(List.of(move), outputs))))
                    .isInstanceOf(FencedException.class);
        }
    }

    private static OutputEvent click() {
        return new OutputEvent(
                OutputTopic.CLICKS,
                new byte[] {65},
                ByteBuffer.allocate(Long.BYTES).array());
    }

    /** Two outputs, with a pause between them. */
    private static List<OutputEvent> slowly(int seconds) {
        return new AbstractList<>() {
            @Override
            public OutputEvent get(int index) {
                if (index == 1) {
                    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                    while (System.nanoTime() - end < 0) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                }
                return click();
            }

            @Override
            public int size() {
                return 2;
            }
        };
    }

    @Test
    void theLongestJoinedEventsGoThrough() {
        kafka.createOutputs("long", 4);
        byte[] threeEvents = new byte[3 * LightEventDecoder.MAX_RECORD_BYTES + 10_000];
        new Random(1).nextBytes(threeEvents);
        List<OutputEvent> output = List.of(new OutputEvent(OutputTopic.CONVERSIONS, new byte[] {65}, threeEvents));
        try (KafkaSink sink = sink("long")) {
            ShardMove move = new ShardMove(0, sink.open(0), at(10));
            sink.commit(List.of(new Commit<>(List.of(move), output)));
        }
        assertThat(kafka.readCommitted(OutputTopic.CONVERSIONS.of("long"), 4))
                .singleElement()
                .satisfies(record -> assertThat(record.value()).isEqualTo(threeEvents));
    }

    @Test
    void aTopicThatWouldRefuseLongEventsIsNotedBeforeItHoldsUpAShard() {
        String orphans = OutputTopic.ORPHANS.of("short");
        kafka.broker().createTopic(orphans, 4, Map.of("max.message.bytes", "1048588"));

        assertThatThrownBy(() -> kafka.createOutputs("short", 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(orphans)
                .hasMessageContaining("max.message.bytes=1048588")
                .hasMessageContaining("--add-config max.message.bytes=4194304");
    }

    @Test
    void invariantA_aTransactionThatWasLeftOpenIsThrownAwayByWhoeverOpensTheShard() {
        kafka.createOutputs("leftopen", 4);
        // What a worker leaves behind that dies between sending and committing.
        try (var dying = kafka.producer(Map.of("transactional.id", "lightflow.leftopen.1"));
                KafkaSink sink = sink("leftopen")) {
            dying.initTransactions();
            dying.beginTransaction();
            dying.send(new ProducerRecord<>(
                    GroupTopics.ledger("leftopen"), 1, new byte[0], "half".getBytes(StandardCharsets.US_ASCII)));
            dying.flush();

            assertThat(sink.open(1)).isEqualTo(Position.START);
            sink.commit(commit(1, Position.START, at(5)));

            TestKafka.await("the commit shows", () -> sink.read(1).equals(at(5)));
            assertThat(committed("leftopen")).isEqualTo(5);
        }
    }

    @Test
    void invariantA_outputsOfAnAbortedTransactionDoNotShow() {
        kafka.createOutputs("aborted", 4);
        try (KafkaSink sink = sink("aborted")) {
            sink.open(0);
            // Larger than the producer may send: the output before it is on the broker already, but not committed.
            List<OutputEvent> outputs = new ArrayList<>(SinkSamples.output(1_000));
            outputs.add(new OutputEvent(OutputTopic.CLICKS, new byte[1], new byte[64 << 20]));

            assertThatThrownBy(() -> sink.commit(
                            List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), outputs))))
                    .isInstanceOf(SinkUnavailableException.class);

            assertThat(sink.open(0)).isEqualTo(Position.START);
            sink.commit(commit(0, Position.START, at(7)));
            assertThat(committed("aborted")).isEqualTo(7);
        }
    }

    @Test
    void afterAFailureNothingIsCommittedBeforeTheShardIsOpenedAgain() {
        kafka.createOutputs("reopen", 4);
        try (KafkaSink sink = sink("reopen")) {
            sink.open(0);
            List<OutputEvent> tooLarge = List.of(new OutputEvent(OutputTopic.CLICKS, new byte[1], new byte[64 << 20]));
            assertThatThrownBy(() -> sink.commit(
                            List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), tooLarge))))
                    .isInstanceOf(SinkUnavailableException.class);

            assertThatThrownBy(() -> sink.commit(commit(0, Position.START, at(10))))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("opened");
        }
    }

    @Test
    void offsetsAreCommittedForTheGroupToo() {
        kafka.createOutputs("offsets", 4);
        try (KafkaSink sink = sink("offsets")) {
            sink.open(2);
            sink.commit(commit(2, Position.START, at(30)));
        }
        TopicPartition input = new TopicPartition(SinkSamples.INPUT, 2);
        TestKafka.await("the offset is there", () -> offsets("offsets").containsKey(input));
        assertThat(offsets("offsets"))
                .containsEntry(input, new OffsetAndMetadata(30, "watermark=" + at(30).watermark() + " txid=3"));
    }

    @Test
    void invariantA_theLedgerOutlivesTheOffsetsOfTheGroup() throws Exception {
        kafka.createOutputs("deleted", 4);
        try (KafkaSink sink = sink("deleted")) {
            sink.open(2);
            sink.commit(commit(2, Position.START, at(30)));
            kafka.admin()
                    .deleteConsumerGroups(List.of(GroupTopics.consumerGroup("deleted")))
                    .all()
                    .get();

            assertThat(sink.open(2)).isEqualTo(at(30));
            sink.commit(commit(2, at(30), at(31)));
        }
        TopicPartition input = new TopicPartition(SinkSamples.INPUT, 2);
        TestKafka.await("the offset is there again", () -> offsets("deleted").containsKey(input));
        assertThat(offsets("deleted").get(input).offset()).isEqualTo(31);
    }

    @Test
    void outputsGoToTheShardsPartitionInTheirOrder() {
        kafka.createOutputs("order", 4);
        List<OutputEvent> outputs = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            outputs.addAll(SinkSamples.output(i));
        }
        try (KafkaSink sink = sink("order")) {
            sink.open(3);
            sink.commit(List.of(new Commit<>(List.of(new ShardMove(3, Position.START, at(10))), outputs)));
        }
        List<ConsumerRecord<byte[], byte[]>> found = kafka.readCommitted(OutputTopic.CLICKS.of("order"), 4);
        assertThat(found).hasSize(outputs.size()).allMatch(record -> record.partition() == 3);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).value()).isEqualTo(outputs.get(i).value());
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(String group) {
        try {
            return kafka.admin()
                    .listConsumerGroupOffsets(GroupTopics.consumerGroup(group))
                    .partitionsToOffsetAndMetadata()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the offsets of " + group + " could not be looked up", e);
        }
    }
}
