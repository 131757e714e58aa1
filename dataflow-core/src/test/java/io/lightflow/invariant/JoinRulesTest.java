package io.lightflow.invariant;

import static io.lightflow.invariant.Scene.ADVERTISER;
import static io.lightflow.invariant.Scene.HOUR;
import static io.lightflow.invariant.Scene.KEY;
import static io.lightflow.invariant.Scene.SECOND;
import static io.lightflow.invariant.Scene.T0;
import static io.lightflow.invariant.Scene.click;
import static io.lightflow.invariant.Scene.conversion;
import static io.lightflow.invariant.Scene.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.JoinedConversion;
import org.junit.jupiter.api.Test;

/** The join rules one by one, as examples; all of them together are in {@link InvariantEOrderIndependenceTest}. */
class JoinRulesTest {
    private final Scene scene = new Scene(Scene.shortWindows());

    @Test
    void aClickThatComesBeforeItsImpressionIsJoinedWhenThatComes() {
        assertThat(scene.read(click("c", 1_000, "i"))).isEmpty();
        assertThat(scene.read(impression("i", 2_000)))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
    }

    @Test
    void aClickMayBeStampedBeforeItsImpressionByTheTimeItWaitsAndNoMore() {
        scene.read(impression("i", 2 * HOUR));
        assertThat(scene.read(click("in-time", HOUR, "i"), click("too-early", HOUR - 1, "i")))
                .containsExactly(Outcome.click(KEY, "in-time", "i"));
        assertThat(scene.watermark(9 * HOUR)).containsExactly(Outcome.orphan(KEY, "too-early"));
    }

    @Test
    void aClickFindsAnImpressionOfAnEarlierDay() {
        scene.read(impression("i", -9 * HOUR));
        assertThat(scene.read(click("c", HOUR, "i"))).containsExactly(Outcome.click(KEY, "c", "i"));
        scene.read(click("too-late", HOUR + 1, "i"));
        assertThat(scene.watermark(9 * HOUR)).containsExactly(Outcome.orphan(KEY, "too-late"));
    }

    @Test
    void theLastClickWinsAndIsNumberedInTheOrderOfTimesAndIds() {
        scene.read(
                impression("i", 1),
                click("c", 30 * SECOND, "i"),
                click("b", 30 * SECOND, "i"),
                click("a", 20 * SECOND, "i"));
        scene.read(conversion("v", 30 * SECOND));
        assertThat(scene.watermark(HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 3));
    }

    @Test
    void ifTheLastClickBecomesAnOrphanTheNextOneBackWins() {
        scene.read(impression("i", 1), click("a", 10 * SECOND, "i"), click("b", 20 * SECOND, "never"));
        scene.read(conversion("v", 30 * SECOND));
        assertThat(scene.watermark(30 * 60 * SECOND)).isEmpty();
        assertThat(scene.watermark(2 * HOUR))
                .containsExactly(Outcome.orphan(KEY, "b"), Outcome.toClick(KEY, "v", "a", "i", 1));
    }

    @Test
    void aConversionThatNamesAClickTakesThatOneAndNoView() {
        scene.read(impression("i", 1), click("a", 10 * SECOND, "i"), click("b", 20 * SECOND, "i"));
        scene.read(
                Draft.conversion(KEY, "v", T0 + 30 * SECOND, ADVERTISER, "a", "other"),
                Draft.conversion(KEY, "w", T0 + 30 * SECOND, ADVERTISER, "never", null));
        assertThat(scene.watermark(HOUR))
                .containsExactly(Outcome.toClick(KEY, "v", "a", "i", 1), Outcome.unattributed(KEY, "w"));
    }

    @Test
    void aConversionThatIsDecidedInTheBlockItComesInFindsItsStoredView() {
        scene.read(impression("i", 1), impression("j", 2));
        scene.log(EventType.CONVERSION).append(conversion("v", 30 * SECOND));
        assertThat(scene.watermark(HOUR)).containsExactly(Outcome.toView(KEY, "v", "j"));
    }

    @Test
    void aConversionKnowsWhereItsClickAndItsImpressionWereRead() {
        scene.read(impression("other", 1), impression("i", 1));
        scene.read(click("c", 10 * SECOND, "i"));
        scene.log(EventType.CONVERSION).markers(5).append(conversion("v", 30 * SECOND));
        scene.watermark(HOUR);
        JoinedConversion joined =
                (JoinedConversion) scene.run().committed().get(3).record();
        assertThat(joined.getProvenance().getOrigin()).isEqualTo(origin(EventType.CONVERSION, 5));
        assertThat(joined.getClickOrigin()).isEqualTo(origin(EventType.CLICK, 0));
        assertThat(joined.getImpressionOrigin()).isEqualTo(origin(EventType.IMPRESSION, 1));
    }

    private static EventOrigin origin(EventType type, long offset) {
        return EventOrigin.newBuilder()
                .setTopic(type.centralTopic("eu"))
                .setIncarnation(100 + type.ordinal())
                .setPartition(ShardRun.SHARD)
                .setOffset(offset)
                .build();
    }
}
