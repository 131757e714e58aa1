package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.deploy.kafka.TestKafka.End;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.PollBudget;
import io.lightflow.topology.kafka.PollLimiter;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.DataSize;
import io.lightflow.topology.settings.GroupSettings.Beacons;
import io.lightflow.topology.settings.GroupSettings.Pace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of the reader from real topics. A record's value is its event time. */
class ShardReaderTest {
    private static final Duration MAX_SKEW = Duration.ofSeconds(1);
    private static TestKafka kafka;

    private DataSize pollBytes = DataSize.ofMegabytes(64);
    private long budgetBytes = Long.MAX_VALUE;
    private Instant now = Instant.parse("2024-01-01T00:00:00Z");
    private final List<ShardReader> readers = new ArrayList<>();
    private final Map<String, Long> ends = new HashMap<>();
    private final Map<String, List<Long>> times = new HashMap<>();

    @BeforeAll
    static void start(@TempDir Path directory) {
        kafka = new TestKafka(EmbeddedKafkaSettings.in(directory));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @AfterEach
    void closeReaders() {
        readers.forEach(ShardReader::close);
    }

    private ShardReader reader(int pollRecords, Beacons beacons, int partitions, String... topics) {
        return reader(pollRecords, pollRecords, beacons, partitions, topics);
    }

    private ShardReader reader(
            int recordsOfConsumer, int pollRecords, Beacons beacons, int partitions, String... topics) {
        TreeMap<String, EventType> types = new TreeMap<>();
        for (String topic : topics) {
            types.put(topic, EventType.TAG);
        }
        Pace pace =
                new Pace(pollRecords, Duration.ofMillis(50), 1, MAX_SKEW, Duration.ofSeconds(30), beacons, pollBytes);
        PollLimiter limiter = new PollLimiter();
        ShardReader reader = new ShardReader(
                kafka.clients().consumer("reader", recordsOfConsumer, limiter),
                limiter,
                new PollBudget(budgetBytes),
                Admin.create(Map.of("bootstrap.servers", kafka.broker().bootstrapServers())),
                types,
                partitions,
                IntStream.range(0, partitions).boxed().toList(),
                pace,
                new TimeDecoder(),
                () -> now);
        readers.add(reader);
        return reader;
    }

    /** Values that are no numbers are set aside at time -1. */
    private static final class TimeDecoder implements EntryDecoder {
        @Override
        public BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record) {
            return new BeaconMark(record.offset(), Long.parseLong(new String(record.value(), StandardCharsets.UTF_8)));
        }

        @Override
        public BlockEntry setAside(EventType type, ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
            return new BeaconMark(record.offset(), failure instanceof NumberFormatException ? -1 : -2);
        }
    }

    private static void seekToStart(ShardReader reader) {
        assertThat(reader.isReady()).isFalse();
        assertThat(reader.canSeek()).isTrue();
        Map<Integer, Position> positions = new HashMap<>();
        reader.shards().forEach(shard -> positions.put(shard, Position.START));
        reader.seek(positions);
        assertThat(reader.isReady()).isTrue();
    }

    /** Polls once, and checks that every part begins where the last one of its topic-partition ended. */
    private List<Block> poll(ShardReader reader) {
        List<Block> blocks = reader.poll();
        for (Block block : blocks) {
            for (BlockPart part : block.parts()) {
                String partition = part.topic() + "-" + block.shard();
                assertThat(part.from()).as(partition).isEqualTo(ends.getOrDefault(partition, part.from()));
                ends.put(partition, part.to());
                for (BlockEntry entry : part.entries()) {
                    assertThat(entry.offset()).isBetween(part.from(), part.to() - 1);
                    times.computeIfAbsent(partition, absent -> new ArrayList<>())
                            .add(((BeaconMark) entry).time());
                }
            }
        }
        return blocks;
    }

    private void pollUntil(ShardReader reader, String partition, long end) throws Exception {
        TestKafka.await(partition + " is read up to " + end, () -> {
            poll(reader);
            return ends.getOrDefault(partition, 0L) >= end;
        });
    }

    private static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
    }

    private static List<Long> longs(int from, int to) {
        return IntStream.range(from, to).mapToObj(Long::valueOf).toList();
    }

    private static int incarnation(String topic) {
        return TopicSetup.incarnation(
                TopicSetup.describe(kafka.admin(), List.of(topic)).get(topic));
    }

    private static Position at(String topic, int incarnation, long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put(topic, new TopicPosition(List.of(new Incarnation(incarnation, offset)), 0));
        return new Position(topics, 0, 1, Books.EMPTY);
    }

    @Test
    void invariantB_rangesAreContiguousOverMarkersAndAbortedRecords() throws Exception {
        kafka.broker().createTopic("ranges", 2, Map.of());
        for (int i = 0; i < 10; i++) {
            kafka.transaction(End.COMMIT, "ranges", 0, numbers(i * 10, i * 10 + 10));
            kafka.transaction(End.ABORT, "ranges", 0, "-1", "-2", "-3");
        }
        // The last ones are an aborted record and its marker.
        long end = kafka.logEnd("ranges", 0);
        assertThat(end).isEqualTo(10 * (10 + 1 + 3 + 1));
        ShardReader reader = reader(7, Beacons.EXPECTED, 2, "ranges");
        seekToStart(reader);

        pollUntil(reader, "ranges-0", end);

        assertThat(times.get("ranges-0")).isEqualTo(longs(0, 100));
        assertThat(ends.get("ranges-0")).isEqualTo(end);
    }

    @Test
    void aPollIsAboutAsLargeAsAsked() throws Exception {
        kafka.broker().createTopic("size", 2, Map.of());
        kafka.produce("size", 0, numbers(0, 1_000));
        kafka.produce("size", 1, numbers(0, 1_000));
        ShardReader reader = reader(100, Beacons.EXPECTED, 2, "size");
        seekToStart(reader);

        TestKafka.await("all is read", () -> {
            assertThat(poll(reader).stream().mapToInt(Block::size).sum()).isLessThan(200);
            return ends.getOrDefault("size-0", 0L) + ends.getOrDefault("size-1", 0L) == 2_000;
        });
        assertThat(times.get("size-0")).isEqualTo(longs(0, 1_000));
        assertThat(times.get("size-1")).isEqualTo(longs(0, 1_000));
    }

    @Test
    void aPollReturnsNotOnlyWhatWasFetchedBefore() throws Exception {
        kafka.broker().createTopic("fresh", 1, Map.of());
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "fresh");
        seekToStart(reader);
        poll(reader);

        // The first of two records ends the request that the last poll has sent. On a busy machine, the answer to the
        // next request may come late.
        TestKafka.await("a poll returns both records", () -> {
            kafka.produce("fresh", 0, "1");
            kafka.produce("fresh", 0, "2");
            return poll(reader).stream().mapToInt(Block::size).sum() == 2;
        });
    }

    @Test
    void aPollCanBeHalvedSeveralTimesAndReturnsOneRecordAtLeast() throws Exception {
        kafka.broker().createTopic("halves", 1, Map.of());
        kafka.produce("halves", 0, numbers(0, 1_000));
        // The consumer returns one record at a time, so a poll does not exceed its size.
        ShardReader reader = reader(1, 160, Beacons.EXPECTED, 1, "halves");
        seekToStart(reader);
        TestKafka.await("some is read", () -> !poll(reader).isEmpty());

        assertThat(reader.poll(0).get(0).size()).isEqualTo(160);
        assertThat(reader.poll(1).get(0).size()).isEqualTo(80);
        assertThat(reader.poll(4).get(0).size()).isEqualTo(10);
        assertThat(reader.poll(100).get(0).size()).isEqualTo(1);
    }

    @Test
    void whoLeavesMuchUnreadIsBehind() throws Exception {
        kafka.broker().createTopic("unread", 1, Map.of());
        kafka.produce("unread", 0, numbers(0, 1_000));
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "unread");
        assertThat(reader.isBehind()).isFalse();
        seekToStart(reader);

        TestKafka.await("some is read", () -> !poll(reader).isEmpty());
        assertThat(reader.isBehind()).isTrue();
        TestKafka.await("all is read, and nothing is left", () -> {
            poll(reader);
            return ends.get("unread-0") == 1_000 && !reader.isBehind();
        });
    }

    @Test
    void invariantK_aRecordOnWhichTheDecoderFailsIsSetAsideAndTheNextOnesAreRead() throws Exception {
        kafka.broker().createTopic("broken", 1, Map.of());
        kafka.produce("broken", 0, "1", "two", "3");
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "broken");
        seekToStart(reader);

        pollUntil(reader, "broken-0", 3);

        assertThat(times.get("broken-0")).containsExactly(1L, -1L, 3L);
    }

    @Test
    void aPollIsBoundedByBytesHoweverWellTheyCompress() throws Exception {
        kafka.broker().createTopic("bytes", 2, Map.of());
        int records = 200;
        int bytes = 300_000;
        String[] large = IntStream.range(0, records)
                .mapToObj(number -> ("%0" + bytes + "d").formatted(number))
                .toArray(String[]::new);
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer(Map.of("compression.type", "gzip"))) {
            for (String value : large) {
                producer.send(TestKafka.record("bytes", 0, value));
            }
        }
        pollBytes = DataSize.ofMegabytes(3);
        ShardReader reader = reader(1_000, Beacons.EXPECTED, 2, "bytes");
        seekToStart(reader);

        TestKafka.await("all is read", () -> {
            int polled = poll(reader).stream().mapToInt(Block::size).sum();
            assertThat(polled * (long) bytes).isLessThanOrEqualTo(pollBytes.bytes() + bytes);
            return ends.getOrDefault("bytes-0", 0L) == records;
        });
        assertThat(times.get("bytes-0")).isEqualTo(longs(0, records));

        budgetBytes = 1;
        now = now.plusSeconds(5);
        ends.clear();
        times.clear();
        ShardReader frugal = reader(1_000, Beacons.EXPECTED, 2, "bytes");
        seekToStart(frugal);
        TestKafka.await("all is read", () -> {
            assertThat(poll(frugal).stream().mapToInt(Block::size).sum()).isLessThanOrEqualTo((1 << 20) / bytes + 1);
            return ends.getOrDefault("bytes-0", 0L) == records;
        });
        assertThat(times.get("bytes-0")).isEqualTo(longs(0, records));
    }

    @Test
    void topicsThatAreNotThereYetAreWaitedFor() {
        kafka.broker().createTopic("here", 1, Map.of());
        ShardReader reader = reader(10, Beacons.EXPECTED, 1, "here", "later");
        assertThat(reader.isReady()).isFalse();
        assertThat(reader.canSeek()).isFalse();

        kafka.broker().createTopic("later", 1, Map.of());
        now = now.plusSeconds(5);

        seekToStart(reader);
    }

    @Test
    void anotherNumberOfPartitionsIsAnErrorThatTellsBoth() {
        kafka.broker().createTopic("three", 3, Map.of());

        assertThatThrownBy(reader(10, Beacons.EXPECTED, 2, "three")::isReady)
                .hasMessageContaining("topic three must have 2 partitions")
                .hasMessageContaining("found 3");
    }

    @Test
    void invariantB_aTopicThatWasMadeAgainIsReadFromItsBeginningUnderItsNewIncarnation() throws Exception {
        kafka.broker().createTopic("again", 1, Map.of());
        kafka.produce("again", 0, numbers(0, 50));
        int former = incarnation("again");
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "again");
        seekToStart(reader);
        pollUntil(reader, "again-0", 50);

        kafka.admin().deleteTopics(List.of("again")).all().get();
        TestKafka.await("the topic is gone", () -> TopicSetup.describe(kafka.admin(), List.of("again"))
                .isEmpty());
        now = now.plusSeconds(5);
        assertThat(reader.isReady()).isFalse();
        kafka.broker().createTopic("again", 1, Map.of());
        kafka.produce("again", 0, numbers(100, 103));
        now = now.plusSeconds(5);
        assertThat(reader.isReady()).isFalse();
        reader.seek(Map.of(0, at("again", former, 50)));
        ends.clear();
        pollUntil(reader, "again-0", 3);

        assertThat(incarnation("again")).isNotEqualTo(former);
        assertThat(times.get("again-0")).endsWith(100L, 101L, 102L).hasSize(53);
    }

    @Test
    void invariantB_aTopicThatWasMadeAgainAndFilledFurtherThanItWasReadIsNotGoneOnWith() throws Exception {
        kafka.broker().createTopic("refilled", 1, Map.of());
        kafka.produce("refilled", 0, numbers(0, 10));
        int former = incarnation("refilled");
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "refilled");
        seekToStart(reader);
        pollUntil(reader, "refilled-0", 10);

        kafka.admin().deleteTopics(List.of("refilled")).all().get();
        TestKafka.await("the topic is gone", () -> TopicSetup.describe(kafka.admin(), List.of("refilled"))
                .isEmpty());
        kafka.broker().createTopic("refilled", 1, Map.of());
        kafka.produce("refilled", 0, numbers(100, 130));
        TestKafka.await("it is noticed, although no time has passed", () -> {
            assertThat(reader.poll()).isEmpty();
            return !reader.isReady();
        });
        reader.seek(Map.of(0, at("refilled", former, 10)));
        ends.clear();
        pollUntil(reader, "refilled-0", 30);

        assertThat(times.get("refilled-0"))
                .endsWith(longs(100, 130).toArray(Long[]::new))
                .hasSize(40);
    }

    @Test
    void invariantB_aBlockBeginsAboveTheLedgerIfRecordsWereDeletedBeforeTheyWereRead() throws Exception {
        kafka.broker().createTopic("gap", 2, Map.of());
        kafka.produce("gap", 0, numbers(0, 50));
        kafka.produce("gap", 1, numbers(0, 50));
        kafka.admin()
                .deleteRecords(Map.of(new TopicPartition("gap", 0), RecordsToDelete.beforeOffset(20)))
                .all()
                .get();
        ShardReader reader = reader(1_000, Beacons.EXPECTED, 2, "gap");
        seekToStart(reader);
        reader.seek(Map.of(0, at("gap", incarnation("gap"), 10), 1, at("gap", incarnation("gap"), 10)));

        TestKafka.await("both are read", () -> {
            poll(reader);
            return ends.getOrDefault("gap-0", 0L) == 50 && ends.getOrDefault("gap-1", 0L) == 50;
        });

        assertThat(times.get("gap-0")).isEqualTo(longs(20, 50));
        assertThat(times.get("gap-1")).isEqualTo(longs(10, 50));
    }

    @Test
    void invariantI_aTopicWhoseEndWasCutOffIsAnErrorSinceWhatComesInItsPlaceWouldBeSkipped() throws Exception {
        kafka.broker().createTopic("cut", 1, Map.of());
        kafka.produce("cut", 0, numbers(0, 10));
        ShardReader reader = reader(100, Beacons.EXPECTED, 1, "cut");
        seekToStart(reader);
        reader.seek(Map.of(0, at("cut", incarnation("cut"), 30)));

        TestKafka.await("it is noticed", () -> {
            assertThat(poll(reader)).isEmpty();
            return !reader.truncated().isEmpty();
        });
        assertThat(reader.truncated().get(0))
                .contains("cut-0 has been read up to offset 30, but its log was cut off at offset 10");
        // The spout seeks then, and the shard stays stopped.
        assertThat(reader.isReady()).isFalse();
        reader.seek(Map.of(0, at("cut", incarnation("cut"), 30)));
        assertThat(poll(reader)).isEmpty();
    }

    @Test
    void whatRunsAheadIsPausedUntilTheOthersHaveComeUp() throws Exception {
        kafka.broker().createTopic("ahead", 1, Map.of());
        kafka.broker().createTopic("behind", 1, Map.of());
        // One goes on by 100 ms a record, the other by 1 ms.
        kafka.produce(
                "ahead",
                0,
                IntStream.range(0, 400).mapToObj(i -> Integer.toString(i * 100)).toArray(String[]::new));
        kafka.produce("behind", 0, numbers(0, 40_000));
        ShardReader reader = reader(500, Beacons.EXPECTED, 1, "ahead", "behind");
        seekToStart(reader);
        pollUntil(reader, "behind-0", 5_000);
        kafka.produce("ahead", 0, "40000", "40001");
        long aheadWhenPaused = ends.get("ahead-0");

        pollUntil(reader, "behind-0", 20_000);
        // It had been read up to 39,900 ms before it was paused, and has not been read since.
        assertThat(ends.get("ahead-0")).isEqualTo(aheadWhenPaused);

        pollUntil(reader, "behind-0", 40_000);
        pollUntil(reader, "ahead-0", 402);
        assertThat(times.get("ahead-0")).hasSize(402);
    }

    @Test
    void shardsGoOnTogetherInEventTimeHoweverManyRecordsEachHas() throws Exception {
        kafka.broker().createTopic("shards", 2, Map.of());
        // One shard goes on by 100 ms a record, the other by 1 ms.
        kafka.produce(
                "shards",
                0,
                IntStream.range(0, 400).mapToObj(i -> Integer.toString(i * 100)).toArray(String[]::new));
        kafka.produce("shards", 1, numbers(0, 40_000));
        ShardReader reader = reader(500, Beacons.EXPECTED, 2, "shards");
        seekToStart(reader);
        pollUntil(reader, "shards-1", 5_000);
        kafka.produce("shards", 0, "40000", "40001");
        long aheadWhenPaused = ends.get("shards-0");

        pollUntil(reader, "shards-1", 20_000);
        assertThat(ends.get("shards-0")).isEqualTo(aheadWhenPaused);

        pollUntil(reader, "shards-1", 40_000);
        pollUntil(reader, "shards-0", 402);
        assertThat(times.get("shards-0")).hasSize(402);
    }

    @Test
    void whoIsPausedIsNotIdleSinceNobodyKnowsWhetherThereIsNews() throws Exception {
        kafka.broker().createTopic("paused", 1, Map.of());
        kafka.broker().createTopic("slow", 1, Map.of());
        kafka.produce("paused", 0, "100000");
        kafka.produce("slow", 0, numbers(0, 20_000));
        ShardReader reader = reader(500, Beacons.NONE, 1, "paused", "slow");
        seekToStart(reader);
        pollUntil(reader, "slow-0", 3_000);
        assertThat(ends.get("paused-0")).isEqualTo(1);
        kafka.produce("paused", 0, "100001");

        now = now.plusSeconds(31);
        TestKafka.await("the slow one is read up to 15,000", () -> {
            assertThat(poll(reader).stream().flatMap(block -> block.parts().stream()))
                    .noneMatch(part -> part.topic().equals("paused") && part.idle());
            return ends.get("slow-0") >= 15_000;
        });
    }

    @Test
    void idleIsOnlyWhoIsCaughtUpAndOnlyWhereThereAreNoBeacons() throws Exception {
        kafka.broker().createTopic("quiet", 1, Map.of());
        kafka.broker().createTopic("busy", 1, Map.of());
        kafka.produce("quiet", 0, "1");
        kafka.produce("busy", 0, "1");
        ShardReader without = reader(10, Beacons.NONE, 1, "quiet", "busy");
        ShardReader with = reader(10, Beacons.EXPECTED, 1, "quiet", "busy");
        seekToStart(without);
        seekToStart(with);
        for (ShardReader reader : List.of(without, with)) {
            ends.clear();
            pollUntil(reader, "quiet-0", 1);
            pollUntil(reader, "busy-0", 1);
        }
        assertThat(without.poll()).isEmpty();

        now = now.plusSeconds(31);
        kafka.produce("busy", 0, "2");
        List<Block> blocks = new ArrayList<>();
        TestKafka.await("the quiet one is idle and the busy one is not", () -> {
            blocks.addAll(without.poll());
            return blocks.stream().flatMap(block -> block.parts().stream()).anyMatch(part -> part.to() == 2);
        });
        Block last = blocks.get(blocks.size() - 1);
        assertThat(last.parts())
                .extracting(BlockPart::topic, BlockPart::idle)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("busy", false),
                        org.assertj.core.groups.Tuple.tuple("quiet", true));
        assertThat(with.poll().stream().flatMap(block -> block.parts().stream()))
                .noneMatch(BlockPart::idle);
    }
}
