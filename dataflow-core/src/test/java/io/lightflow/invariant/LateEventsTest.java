package io.lightflow.invariant;

import static io.lightflow.invariant.Scene.ADVERTISER;
import static io.lightflow.invariant.Scene.HOUR;
import static io.lightflow.invariant.Scene.KEY;
import static io.lightflow.invariant.Scene.SECOND;
import static io.lightflow.invariant.Scene.T0;
import static io.lightflow.invariant.Scene.click;
import static io.lightflow.invariant.Scene.conversion;
import static io.lightflow.invariant.Scene.impression;
import static io.lightflow.invariant.Scene.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Books.Entry;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is later than the allowed disorder is processed, flagged and counted; what was decided stays decided. */
class LateEventsTest {
    private final Scene scene = new Scene(Scene.shortWindows());

    @Test
    void lateEventsArePutOutFlaggedAndCounted() {
        scene.watermark(2 * HOUR);
        scene.append(impression("i", HOUR), click("c", HOUR, "i"), conversion("v", HOUR), tag("t", HOUR));
        var seen = scene.run().commit(scene.block());
        assertThat(ShardRun.outcomes(seen))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"), Outcome.tag(KEY, "t"));
        assertThat(seen).allMatch(one -> one.provenance().getLate());
        assertThat(scene.watermark(2 * HOUR + SECOND)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        for (EventType type : EventType.values()) {
            assertThat(scene.run().position().books().get(type, Entry.LATE))
                    .as(type.plural())
                    .isEqualTo(1);
        }
    }

    @Test
    void anEventAtTheWatermarkIsNotLate() {
        scene.watermark(HOUR);
        scene.append(impression("i", HOUR), impression("j", HOUR - 1));
        assertThat(scene.run().commit(scene.block()))
                .extracting(one -> one.provenance().getLate())
                .containsExactly(false, true);
    }

    @Test
    void aLateClickDoesNotDecideAConversionAgain() {
        scene.read(impression("i", 1), click("c1", 1_000, "i"), conversion("v", 9_000));
        assertThat(scene.watermark(HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c1", "i", 1));
        assertThat(scene.read(click("c2", 2_000, "i"))).containsExactly(Outcome.click(KEY, "c2", "i"));
        assertThat(scene.watermark(2 * HOUR)).isEmpty();
        assertThat(scene.read(impression("other", 3 * HOUR))).hasSize(1);
    }

    @Test
    void aLateClickDoesNotTakeAConversionThatWaitsForAnotherClick() {
        scene.read(click("c1", 1_000, "i"), conversion("v", 9_000));
        assertThat(scene.watermark(10_000 + 5_000)).isEmpty();
        scene.read(impression("j", 1), click("c2", 2_000, "j"));
        assertThat(scene.read(impression("i", 1)))
                .containsExactly(
                        Outcome.click(KEY, "c1", "i"),
                        Outcome.toClick(KEY, "v", "c1", "i", 1),
                        Outcome.impression(KEY, "i"));
        assertThat(scene.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateClickThatAConversionNamesLeavesItUnattributed() {
        scene.read(impression("i", 1), Draft.conversion(KEY, "v", T0 + 9_000, ADVERTISER, "c", null));
        assertThat(scene.watermark(HOUR)).containsExactly(Outcome.unattributed(KEY, "v"));
        assertThat(scene.read(click("c", 2_000, "i"))).containsExactly(Outcome.click(KEY, "c", "i"));
        assertThat(scene.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotChangeAnOrphan() {
        scene.read(click("c", 1_000, "i"));
        assertThat(scene.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(scene.read(impression("i", 500))).containsExactly(Outcome.impression(KEY, "i"));
        assertThat(scene.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotGiveAnOrphanToAConversionThatIsStillToBeDecided() {
        scene.read(click("c", 1_000, "i"), conversion("v", 2 * HOUR));
        assertThat(scene.watermark(HOUR + 30 * 60_000)).containsExactly(Outcome.orphan(KEY, "c"));
        scene.read(impression("i", 500));
        assertThat(scene.watermark(3 * HOUR)).containsExactly(Outcome.toView(KEY, "v", "i"));
    }

    @Test
    void aLateImpressionDoesNotBecomeTheViewOfADecidedConversion() {
        scene.read(conversion("v", 9_000));
        assertThat(scene.watermark(HOUR)).containsExactly(Outcome.unattributed(KEY, "v"));
        assertThat(scene.read(impression("i", 1))).containsExactly(Outcome.impression(KEY, "i"));
        assertThat(scene.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateImpressionDoesNotBecomeTheViewOfAConversionWhoseTimeHadCome() {
        scene.read(click("c", 1_000, "i"), conversion("v", 9_000));
        scene.watermark(30 * 60_000);
        scene.read(impression("view", 2_000));
        assertThat(scene.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"), Outcome.unattributed(KEY, "v"));
    }

    @Test
    void aLateConversionIsDecidedWhenTheWatermarkMoves() {
        scene.read(impression("i", 1), click("c", 1_000, "i"));
        scene.watermark(5 * HOUR);
        assertThat(scene.read(conversion("v", 9_000))).isEmpty();
        assertThat(scene.watermark(5 * HOUR)).isEmpty();
        assertThat(scene.watermark(5 * HOUR + 1)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        assertThat(scene.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aLateClickWithoutAnImpressionIsAnOrphanWhenTheWatermarkMoves() {
        scene.watermark(5 * HOUR);
        assertThat(scene.read(click("c", 9_000, "i"))).isEmpty();
        assertThat(scene.watermark(5 * HOUR + 1)).containsExactly(Outcome.orphan(KEY, "c"));
    }

    @Test
    void aLateCopyIsADuplicateAndNotLate() {
        scene.read(impression("i", 1));
        scene.watermark(5 * HOUR);
        assertThat(scene.read(impression("i", 1))).isEmpty();
        assertThat(scene.run().position().books().get(EventType.IMPRESSION, Entry.DUPLICATE))
                .isEqualTo(1);
        assertThat(scene.run().position().books().get(EventType.IMPRESSION, Entry.LATE))
                .isZero();
    }

    /** No order at all: then nobody says what comes out, but everything does, once, with balanced books. */
    @Test
    void eventsInNoOrderComeOutOnceEach() {
        Seeds.each(1_000, seed -> {
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
            // What came after the closing beacons is decided when the watermark moves on.
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
                            log.beacon(later + stream.settings().closingTime(0)).part(log.end() - 1, log.end()))
                    .toList()));
            Set<List<Object>> expected = new HashSet<>();
            for (LightEvent event : stream.events()) {
                expected.add(
                        List.of(event.joinKey(), event.type().name().toLowerCase(java.util.Locale.ROOT), event.id()));
            }
            assertThat(run.outcomes().stream()
                            .map(outcome -> List.<Object>of(outcome.joinKey(), outcome.kind(), outcome.id())))
                    .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(run.position().books().total(Entry.WAITING)).isZero();
        });
    }
}
