package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.ADVERTISER;
import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.T0;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static io.lightflow.invariant.JoinScenario.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.position.Books.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Events later than the allowed disorder are processed, flagged and counted. Earlier decisions stand. */
class LateEventsTest {
    private final JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());

    @Test
    void lateEventsArePutOutFlaggedAndCounted() {
        scenario.watermark(2 * HOUR);
        scenario.append(impression("i", HOUR), click("c", HOUR, "i"), conversion("v", HOUR), tag("t", HOUR));
        var seen = scenario.run().commit(scenario.block());
        assertThat(ShardRun.outcomes(seen))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"), Outcome.tag(KEY, "t"));
        assertThat(seen).allMatch(one -> one.provenance().getLate());
        assertThat(scenario.watermark(2 * HOUR + SECOND)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        for (EventType type : EventType.values()) {
            assertThat(scenario.run().position().books().get(type, Entry.LATE))
                    .as(type.plural())
                    .isEqualTo(1);
        }
    }

    @Test
    void anEventAtTheWatermarkIsNotLate() {
        scenario.watermark(HOUR);
        scenario.append(impression("i", HOUR), impression("j", HOUR - 1));
        assertThat(scenario.run().commit(scenario.block()))
                .extracting(one -> one.provenance().getLate())
                .containsExactly(false, true);
    }

    @Test
    void aLateClickDoesNotDecideAConversionAgain() {
        scenario.read(impression("i", 1), click("c1", 1_000, "i"), conversion("v", 9_000));
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c1", "i", 1));
        assertThat(scenario.read(click("c2", 2_000, "i"))).containsExactly(Outcome.click(KEY, "c2", "i"));
        assertThat(scenario.watermark(2 * HOUR)).isEmpty();
        assertThat(scenario.read(impression("other", 3 * HOUR))).hasSize(1);
    }

    @Test
    void aLateClickDoesNotTakeAConversionThatWaitsForAnotherClick() {
        scenario.read(click("c1", 1_000, "i"), conversion("v", 9_000));
        assertThat(scenario.watermark(10_000 + 5_000)).isEmpty();
        scenario.read(impression("j", 1), click("c2", 2_000, "j"));
        assertThat(scenario.read(impression("i", 1)))
                .containsExactly(
                        Outcome.click(KEY, "c1", "i"),
                        Outcome.toClick(KEY, "v", "c1", "i", 1),
                        Outcome.impression(KEY, "i"));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateClickThatAConversionNamesLeavesItUnattributed() {
        scenario.read(impression("i", 1), SampleEvent.conversion(KEY, "v", T0 + 9_000, ADVERTISER, "c", null));
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.unattributed(KEY, "v"));
        assertThat(scenario.read(click("c", 2_000, "i"))).containsExactly(Outcome.click(KEY, "c", "i"));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotChangeAnOrphan() {
        scenario.read(click("c", 1_000, "i"));
        assertThat(scenario.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(scenario.read(impression("i", 500))).containsExactly(Outcome.impression(KEY, "i"));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotGiveAnOrphanToAConversionThatIsStillToBeDecided() {
        scenario.read(click("c", 1_000, "i"), conversion("v", 2 * HOUR));
        assertThat(scenario.watermark(HOUR + 30 * 60_000)).containsExactly(Outcome.orphan(KEY, "c"));
        scenario.read(impression("i", 500));
        assertThat(scenario.watermark(3 * HOUR)).containsExactly(Outcome.toView(KEY, "v", "i"));
    }

    @Test
    void aLateImpressionDoesNotBecomeTheViewOfADecidedConversion() {
        scenario.read(conversion("v", 9_000));
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.unattributed(KEY, "v"));
        assertThat(scenario.read(impression("i", 1))).containsExactly(Outcome.impression(KEY, "i"));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotBecomeTheViewOfAConversionWhoseTimeHadCome() {
        scenario.read(click("c", 1_000, "i"), conversion("v", 9_000));
        scenario.watermark(30 * 60_000);
        scenario.read(impression("view", 2_000));
        assertThat(scenario.watermark(2 * HOUR))
                .containsExactly(Outcome.orphan(KEY, "c"), Outcome.unattributed(KEY, "v"));
    }

    @Test
    void aLateConversionIsDecidedWhenTheWatermarkMoves() {
        scenario.read(impression("i", 1), click("c", 1_000, "i"));
        scenario.watermark(5 * HOUR);
        assertThat(scenario.read(conversion("v", 9_000))).isEmpty();
        assertThat(scenario.watermark(5 * HOUR)).isEmpty();
        assertThat(scenario.watermark(5 * HOUR + 1)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateClickWithoutAnImpressionIsAnOrphanWhenTheWatermarkMoves() {
        scenario.watermark(5 * HOUR);
        assertThat(scenario.read(click("c", 9_000, "i"))).isEmpty();
        assertThat(scenario.watermark(5 * HOUR + 1)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aLateCopyIsADuplicateAndNotLate() {
        scenario.read(impression("i", 1));
        scenario.watermark(5 * HOUR);
        assertThat(scenario.read(impression("i", 1))).isEmpty();
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.DUPLICATE))
                .isEqualTo(1);
        assertThat(scenario.run().position().books().get(EventType.IMPRESSION, Entry.LATE))
                .isZero();
    }

    /**
     * Without any order, the outcomes are unspecified. But every event has one or is too old, and the books balance.
     */
    @Test
    void eventsInNoOrderComeOutOnceEachOrAreRejectedForTheirAge() {
        Seeds.each(300, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            List<TopicLog> topics =
                    stream.topics().stream().map(log -> log.shuffled(random)).toList();
            ShardRun run = new ShardRun(stream.settings());
            Interleaving interleaving = new Interleaving(topics, random);
            Faults faults = new Faults(run, interleaving, random);
            while (!interleaving.isDone(run.position())) {
                faults.strike();
                run.commit(interleaving.next(run.position()));
            }
            // Events after the closing beacons are decided when the watermark moves again.
            long later = 1
                    + topics.stream()
                            .mapToLong(log -> run.position().maxTime(log.topic()))
                            .max()
                            .orElseThrow();
            run.commit(ShardRun.block(topics.stream()
                    .map(log -> log.beacon(later).part(log.end() - 1, log.end()))
                    .toList()));
            run.commit(ShardRun.block(topics.stream()
                    .map(log ->
                            log.close(later + stream.settings().closingTime(0)).part(0, log.end()))
                    .toList()));
            Set<List<Object>> expected = new HashSet<>();
            for (LightEvent event : stream.events()) {
                expected.add(List.of(event.joinKey(), event.type().name().toLowerCase(Locale.ROOT), event.id()));
            }
            for (OutputReader.DecodedOutput output : run.committed()) {
                if (output.record() instanceof RejectedEvent rejected
                        && rejected.getReason().startsWith("expected an event time of at least ")) {
                    expected.remove(idOf(rejected));
                }
            }
            List<List<Object>> found = run.outcomes().stream()
                    .map(outcome -> List.<Object>of(outcome.joinKey(), outcome.kind(), outcome.id()))
                    .toList();
            assertThat(found).doesNotHaveDuplicates().containsAll(expected);
            assertThat(run.position().books().total(Entry.WAITING)).isZero();
        });
    }

    private static List<Object> idOf(RejectedEvent rejected) {
        String topic = rejected.getProvenance().getOrigin().getTopic();
        EventType type = Arrays.stream(EventType.values())
                .filter(each -> topic.endsWith("." + each.plural()))
                .findFirst()
                .orElseThrow();
        byte[] value = rejected.getValue().array();
        byte[] body = Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length);
        String joinKey =
                StandardCharsets.UTF_8.decode(rejected.getKey().duplicate()).toString();
        LightEvent event = LightEvent.of(type, joinKey, new Origin(1, 1), 0, body);
        return List.of(joinKey, type.name().toLowerCase(Locale.ROOT), event.id());
    }
}
