package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.T0;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Beacon;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The watermark never goes back, waits for the slowest topic-partition, and fires each timer once. */
class InvariantFWatermarkTest {
    private static final long DISORDER_MS = 5_000;

    private final ShardRun run = new ShardRun(JoinSettings.defaults("eu"));
    private final TopicLog impressions = new TopicLog("eu.impressions", EventType.IMPRESSION, 1);
    private final TopicLog clicks = new TopicLog("eu.clicks", EventType.CLICK, 2);

    @Test
    void itIsTheLeastOfTheTopicPartitionsLessTheDisorder() {
        impressions.append(impression("a", 60_000), impression("b", 90_000), impression("c", 70_000));
        clicks.append(click("x", 40_000, "a"));
        assertThat(watermarkAfter(all(impressions), all(clicks))).isEqualTo(T0 + 40_000 - DISORDER_MS);
    }

    @Test
    void aTopicPartitionWithoutAnyEventHoldsIt() {
        impressions.beacon(T0 + 60_000);
        assertThat(watermarkAfter(all(impressions), all(clicks))).isEqualTo(Position.NO_TIME);
        clicks.beacon(T0 + 50_000);
        assertThat(watermarkAfter(all(impressions), all(clicks))).isEqualTo(T0 + 50_000 - DISORDER_MS);
    }

    @Test
    void aNewTopicPartitionHoldsItWhereItIs() {
        impressions.beacon(T0 + 60_000);
        assertThat(watermarkAfter(all(impressions))).isEqualTo(T0 + 55_000);
        impressions.beacon(T0 + 90_000);
        assertThat(watermarkAfter(all(impressions), all(clicks))).isEqualTo(T0 + 55_000);
    }

    @Test
    void anIdleTopicPartitionDoesNotHoldItAndItNeverGoesBackAfterwards() {
        impressions.beacon(T0 + 60_000);
        assertThat(watermarkAfter(all(impressions), idle(clicks))).isEqualTo(T0 + 55_000);
        assertThat(watermarkAfter(idle(impressions), idle(clicks))).isEqualTo(T0 + 55_000);
        clicks.append(click("late", 10_000, "a"));
        assertThat(watermarkAfter(all(impressions), all(clicks))).isEqualTo(T0 + 55_000);
        assertThat(run.position().books().get(EventType.CLICK, Entry.LATE)).isEqualTo(1);
    }

    @Test
    void aTopicThatWasMadeAgainKeepsWhatItHadReached() {
        impressions.beacon(T0 + 60_000);
        clicks.beacon(T0 + 60_000);
        watermarkAfter(all(impressions), all(clicks));
        TopicLog again = new TopicLog("eu.clicks", EventType.CLICK, 3).beacon(T0 + 1_000);
        impressions.beacon(T0 + 90_000);
        assertThat(watermarkAfter(all(impressions), all(again))).isEqualTo(T0 + 55_000);
    }

    @Test
    void oneFastServerMakesNobodyElseLate() {
        long fast = 50 * 60_000;
        for (int i = 0; i < 120; i++) {
            long time = i * SECOND;
            for (TopicLog log : List.of(impressions, clicks)) {
                log.beacon(T0 + time, "web-1").beacon(T0 + time + fast, "web-2");
            }
            impressions.append(impression("fast" + i, time + fast));
            clicks.append(click("right" + i, time, "never"));
            watermarkAfter(all(impressions), all(clicks));
        }
        assertThat(run.position().watermark()).isEqualTo(T0 + 119 * SECOND - DISORDER_MS);
        assertThat(run.position().books().total(Entry.LATE)).isZero();
    }

    @Test
    void blocksThatOverlapMoveTheClocksOnce() {
        for (int i = 0; i < 10; i++) {
            impressions.beacon(T0 + i * SECOND, "web-1");
        }
        run.commit(ShardRun.block(List.of(impressions.part(0, 6))));
        run.commit(ShardRun.block(List.of(impressions.part(2, 10))));
        Position overlapping = run.position();
        ShardRun atOnce = new ShardRun(JoinSettings.defaults("eu"));
        atOnce.commit(ShardRun.block(List.of(impressions.part(0, 10))));
        assertThat(overlapping.clocks("eu.impressions"))
                .isEqualTo(atOnce.position().clocks("eu.impressions"));
    }

    @Test
    void itNeverGoesBackWhateverComes() {
        Seeds.each(150, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            List<TopicLog> topics =
                    stream.topics().stream().map(log -> log.shuffled(random)).toList();
            ShardRun shard = new ShardRun(stream.settings());
            Interleaving interleaving = new Interleaving(topics, random);
            // ShardRun asserts it at every commit.
            while (!interleaving.isDone(shard.position())) {
                shard.commit(ShardRun.block(interleaving.next(shard.position()).parts().stream()
                        .map(part -> random.nextInt(3) == 0 ? idle(part) : part)
                        .toList()));
            }
        });
    }

    @Test
    void eachTimerFiresOnceWhenTheWatermarkPassesItHoweverItMoves() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        scenario.read(click("c", 0, "never"), conversion("v", 10 * SECOND));
        assertThat(scenario.watermark(15 * SECOND)).as("just before").isEmpty();
        assertThat(scenario.watermark(15 * SECOND + 1))
                .as("waits for its click")
                .isEmpty();
        assertThat(scenario.watermark(HOUR))
                .as("at the last moment of the window")
                .isEmpty();
        assertThat(scenario.watermark(HOUR + 1))
                .containsExactly(Outcome.orphan(KEY, "c"), Outcome.unattributed(KEY, "v"));
        assertThat(scenario.watermark(HOUR + 1)).isEmpty();
        assertThat(scenario.watermark(1_000 * HOUR)).isEmpty();
    }

    @Test
    void oneStepOverManyTimersFiresThemAll() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        for (int i = 0; i < 300; i++) {
            scenario.append(click("c" + i, i * 7L * SECOND, "never"));
        }
        scenario.read();
        assertThat(scenario.watermark(5_000 * HOUR)).hasSize(300);
        assertThat(scenario.watermark(6_000 * HOUR)).isEmpty();
    }

    @Test
    void timersSetBeforeTheFirstWatermarkFire() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        scenario.append(click("c", 0, "never"), conversion("v", 10 * SECOND));
        // No impression and no tag has arrived yet, so there is no watermark.
        scenario.read();
        assertThat(scenario.run().position().watermark()).isEqualTo(Position.NO_TIME);
        assertThat(scenario.watermark(100 * HOUR))
                .containsExactly(Outcome.orphan(KEY, "c"), Outcome.unattributed(KEY, "v"));
    }

    @Test
    void readersOfTheJoinedTopicsLearnItOnceASecond() {
        JoinScenario scenario = new JoinScenario();
        assertThat(beacons(scenario, 10_000)).containsOnly(T0 + 10_000).hasSize(4);
        assertThat(beacons(scenario, 10_999)).isEmpty();
        assertThat(beacons(scenario, 11_000)).containsOnly(T0 + 11_000).hasSize(4);
    }

    private static List<Long> beacons(JoinScenario scenario, long watermark) {
        for (EventType type : EventType.values()) {
            scenario.log(type).beacon(T0 + watermark + DISORDER_MS);
        }
        StepResult result = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().commit(result);
        OutputReader reader = new OutputReader(new TestSchemas());
        return result.outputs().stream()
                .filter(output -> output.topic() != OutputTopic.REJECTED)
                .map(OutputEvent::value)
                .map(reader::decode)
                .map(record -> ((Beacon) record).getTime())
                .toList();
    }

    private long watermarkAfter(BlockPart... parts) {
        run.commit(ShardRun.block(Arrays.asList(parts)));
        return run.position().watermark();
    }

    private BlockPart all(TopicLog log) {
        return log.part(run.position().nextOffset(log.topic(), log.incarnation()), log.end());
    }

    private BlockPart idle(TopicLog log) {
        return idle(all(log));
    }

    private static BlockPart idle(BlockPart part) {
        return new BlockPart(
                part.topic(), part.type(), part.incarnation(), part.from(), part.to(), true, part.entries());
    }
}
