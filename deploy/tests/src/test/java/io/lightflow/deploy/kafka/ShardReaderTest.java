package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.kafka.TestKafka.End;
import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.settings.DataSize;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

/** Blocks of the reader: their ranges, sizes and records. */
class ShardReaderTest extends ShardReaderFixture {
    ShardReaderTest(TestKafka kafka) {
        super(kafka);
    }

    @Test
    void invariantB_rangesAreContiguousOverMarkersAndAbortedRecords() throws Exception {
        kafka.broker().createTopic("ranges", 2, Map.of());
        for (int i = 0; i < 10; i++) {
            kafka.transaction(End.COMMIT, "ranges", 0, numbers(i * 10, i * 10 + 10));
            kafka.transaction(End.ABORT, "ranges", 0, "-1", "-2", "-3");
        }
        // The last ones are an aborted record and its marker, which the broker may write after the abort returned.
        long end = 10 * (10 + 1 + 3 + 1);
        TestKafka.await("the last marker is written", () -> kafka.logEnd("ranges", 0) == end);
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
            assertThat(recordsIn(poll(reader))).isLessThan(200);
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
            return recordsIn(poll(reader)) == 2;
        });
    }

    @Test
    void aPollCanBeHalvedSeveralTimesAndReturnsOneRecordAtLeast() throws Exception {
        kafka.broker().createTopic("halves", 1, Map.of());
        kafka.produce("halves", 0, numbers(0, 1_000));
        // The consumer returns one record at a time, so a poll does not exceed its size.
        ShardReader reader = reader(1, 160, Beacons.EXPECTED, 1, "halves");
        seekToStart(reader);
        TestKafka.await("some is read", () -> recordsIn(poll(reader)) > 0);

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

        TestKafka.await("some is read", () -> recordsIn(poll(reader)) > 0);
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
            int polled = recordsIn(poll(reader));
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
            assertThat(recordsIn(poll(frugal))).isLessThanOrEqualTo((1 << 20) / bytes + 1);
            return ends.getOrDefault("bytes-0", 0L) == records;
        });
        assertThat(times.get("bytes-0")).isEqualTo(longs(0, records));
    }

    @Test
    void invariantE_afterASeekEachShardHasABlockEvenIfNothingIsLeftToRead() throws Exception {
        kafka.broker().createTopic("sought", 2, Map.of());
        ShardReader reader = reader(100, Beacons.EXPECTED, 2, "sought");
        seekToStart(reader);

        assertThat(reader.poll()).extracting(Block::shard).containsExactly(0, 1);
        assertThat(reader.poll()).isEmpty();

        reader.seek(Map.of(0, Position.START, 1, Position.START));
        assertThat(reader.poll()).extracting(Block::shard).containsExactly(0, 1);
    }
}
