package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.lightflow.topology.settings.PaceSection;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reads real topics into blocks. A record's value is its event time. */
@ExtendWith(SharedKafka.class)
abstract class ShardReaderFixture {
    private static final Duration MAX_SKEW = Duration.ofSeconds(1);

    final TestKafka kafka;
    DataSize pollBytes = DataSize.ofMegabytes(64);
    long budgetBytes = Long.MAX_VALUE;
    Instant now = Instant.parse("2024-01-01T00:00:00Z");
    /** Up to which offset each topic-partition has been read. */
    final Map<String, Long> ends = new HashMap<>();
    /** What has been read of each topic-partition. */
    final Map<String, List<Long>> times = new HashMap<>();

    private final List<ShardReader> readers = new ArrayList<>();

    ShardReaderFixture(TestKafka kafka) {
        this.kafka = kafka;
    }

    @AfterEach
    void closeReaders() {
        readers.forEach(ShardReader::close);
    }

    ShardReader reader(int pollRecords, Beacons beacons, int partitions, String... topics) {
        return reader(pollRecords, pollRecords, beacons, partitions, topics);
    }

    ShardReader reader(int recordsOfConsumer, int pollRecords, Beacons beacons, int partitions, String... topics) {
        TreeMap<String, EventType> types = new TreeMap<>();
        for (String topic : topics) {
            types.put(topic, EventType.TAG);
        }
        PaceSection pace = new PaceSection(
                pollRecords, Duration.ofMillis(50), 1, MAX_SKEW, Duration.ofSeconds(30), beacons, pollBytes);
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

    void seekToStart(ShardReader reader) {
        // A broker learns of a new topic a moment after its controller has made it.
        TestKafka.await("the reader sees its topics", () -> {
            assertThat(reader.isReady()).isFalse();
            boolean seen = reader.canSeek();
            now = seen ? now : now.plusSeconds(5);
            return seen;
        });
        Map<Integer, Position> positions = new HashMap<>();
        reader.shards().forEach(shard -> positions.put(shard, Position.START));
        reader.seek(positions);
        assertThat(reader.isReady()).isTrue();
    }

    /** Polls once, and checks that every part with records begins where the last one of its topic-partition ended. */
    List<Block> poll(ShardReader reader) {
        List<Block> blocks = reader.poll();
        for (Block block : blocks) {
            for (BlockPart part : block.parts()) {
                if (part.to() == part.from()) {
                    continue;
                }
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

    static int recordsIn(List<Block> blocks) {
        return blocks.stream().mapToInt(Block::size).sum();
    }

    void pollUntil(ShardReader reader, String partition, long end) throws Exception {
        TestKafka.await(partition + " is read up to " + end, () -> {
            poll(reader);
            return ends.getOrDefault(partition, 0L) >= end;
        });
    }

    static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toArray(String[]::new);
    }

    static List<Long> longs(int from, int to) {
        return IntStream.range(from, to).mapToObj(Long::valueOf).toList();
    }

    int incarnation(String topic) {
        return TopicSetup.incarnation(
                TopicSetup.describe(kafka.admin(), List.of(topic)).get(topic));
    }

    static Position at(String topic, int incarnation, long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put(topic, new TopicPosition(List.of(new Incarnation(incarnation, offset)), 0));
        return new Position(topics, 0, 1, Books.EMPTY);
    }
}
