package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.kafka.CutOffLogs;
import io.lightflow.topology.kafka.PollBudget;
import io.lightflow.topology.kafka.PollLimiter;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.settings.PaceSection;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker loses the end of a log, which is then filled again beyond the offset that was read. */
class LogTruncationTest {
    private static final String TOPIC = "us-west.clicks";
    private static final int PARTITIONS = 2;

    @TempDir
    private Path directory;

    private final Map<Integer, Incarnation> read = new HashMap<>();

    @Test
    void invariantI_aLogThatWasCutOffAndFilledAgainStopsItsShardOnly() {
        try (TestKafka kafka = new TestKafka(EmbeddedKafkaSettings.in(directory))) {
            kafka.broker().createTopic(TOPIC, PARTITIONS, Map.of());
            kafka.produce(TOPIC, 0, numbers(20));
            kafka.produce(TOPIC, 1, numbers(20));
            try (ShardReader reader = reader(kafka)) {
                seek(reader, Map.of());
                readUntil(reader, 1, 20);
                readUntil(reader, 0, 20);
            }
            assertThat(read.get(0).leaderEpoch()).isNotNegative();

            kafka.broker().close();
            delete(directory.resolve("data").resolve(TOPIC + "-0"));
            kafka.broker().start();
            kafka.produce(TOPIC, 0, numbers(40));
            kafka.produce(TOPIC, 1, numbers(10));

            try (ShardReader reader = reader(kafka)) {
                seek(reader, read);
                TestKafka.await("the truncation is noticed", () -> {
                    poll(reader);
                    return !reader.truncated().isEmpty();
                });
                assertThat(reader.truncated()).containsOnlyKeys(0).hasEntrySatisfying(0, reason -> assertThat(reason)
                        .contains(TOPIC + "-0 has been read up to offset 20, but its log was cut off"));
                assertThat(reader.isReady()).isFalse();
                seek(reader, read);
                readUntil(reader, 1, 30);
                assertThat(read.get(0).nextOffset()).isEqualTo(20);
            }
            Map<TopicPartition, Incarnation> ledger =
                    Map.of(new TopicPartition(TOPIC, 0), read.get(0), new TopicPartition(TOPIC, 1), read.get(1));
            try (Consumer<byte[], byte[]> consumer = kafka.clients().consumer("status", 1)) {
                assertThat(CutOffLogs.find(consumer, ledger)).containsOnlyKeys(new TopicPartition(TOPIC, 0));
            }
        }
    }

    private static ShardReader reader(TestKafka kafka) {
        PaceSection pace = new PaceSection(100, Duration.ofMillis(50), 1, null, null, Beacons.EXPECTED, null);
        PollLimiter limiter = new PollLimiter();
        return new ShardReader(
                kafka.clients().consumer("reader", 100, limiter),
                limiter,
                new PollBudget(1 << 20),
                Admin.create(Map.of("bootstrap.servers", kafka.broker().bootstrapServers())),
                new TreeMap<>(Map.of(TOPIC, EventType.CLICK)),
                PARTITIONS,
                List.of(0, 1),
                pace,
                (type, incarnation, record) -> new BeaconMark(record.offset(), 1),
                InstantSource.system());
    }

    private static void seek(ShardReader reader, Map<Integer, Incarnation> from) {
        TestKafka.await("the topic is found", () -> {
            reader.isReady();
            return reader.canSeek();
        });
        Map<Integer, Position> positions = new HashMap<>();
        for (int shard = 0; shard < PARTITIONS; shard++) {
            Incarnation at = from.get(shard);
            positions.put(
                    shard,
                    at == null
                            ? Position.START
                            : new Position(
                                    new TreeMap<>(Map.of(TOPIC, new TopicPosition(List.of(at), 1))),
                                    1,
                                    1,
                                    Books.EMPTY));
        }
        reader.seek(positions);
    }

    private void readUntil(ShardReader reader, int shard, long offset) {
        TestKafka.await("shard " + shard + " is read up to " + offset, () -> {
            poll(reader);
            return read.containsKey(shard) && read.get(shard).nextOffset() >= offset;
        });
    }

    private void poll(ShardReader reader) {
        for (Block block : reader.poll()) {
            for (BlockPart part : block.parts()) {
                read.put(block.shard(), new Incarnation(part.incarnation(), part.to(), part.leaderEpoch()));
            }
        }
    }

    private static String[] numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("deleting " + folder + " failed", e);
        }
    }
}
