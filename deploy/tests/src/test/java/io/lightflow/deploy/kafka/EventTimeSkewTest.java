package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.settings.PaceSection.Beacons;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Topic-partitions that one task reads stay together in event time. */
class EventTimeSkewTest extends ShardReaderFixture {
    EventTimeSkewTest(TestKafka kafka) {
        super(kafka);
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
                .containsExactly(tuple("busy", false), tuple("quiet", true));
        assertThat(with.poll().stream().flatMap(block -> block.parts().stream()))
                .noneMatch(BlockPart::idle);
    }
}
