package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.ADVERTISER;
import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.T0;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.JoinedConversion;
import org.junit.jupiter.api.Test;

/** The join rules one by one, as examples; all of them together are in {@link InvariantEOrderIndependenceTest}. */
class JoinRulesTest {
    private final JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());

    @Test
    void aClickThatComesBeforeItsImpressionIsJoinedWhenThatComes() {
        assertThat(scenario.read(click("c", 1_000, "i"))).isEmpty();
        assertThat(scenario.read(impression("i", 2_000)))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
    }

    @Test
    void aClickMayBeStampedBeforeItsImpressionByTheTimeItWaitsAndNoMore() {
        scenario.read(impression("i", 2 * HOUR));
        assertThat(scenario.read(click("in-time", HOUR, "i"), click("too-early", HOUR - 1, "i")))
                .containsExactly(Outcome.click(KEY, "in-time", "i"));
        assertThat(scenario.watermark(9 * HOUR)).containsExactly(Outcome.orphan(KEY, "too-early"));
    }

    @Test
    void aClickFindsAnImpressionOfAnEarlierDay() {
        scenario.read(impression("i", -9 * HOUR));
        assertThat(scenario.read(click("c", HOUR, "i"))).containsExactly(Outcome.click(KEY, "c", "i"));
        scenario.read(click("too-late", HOUR + 1, "i"));
        assertThat(scenario.watermark(9 * HOUR)).containsExactly(Outcome.orphan(KEY, "too-late"));
    }

    @Test
    void theLastClickWinsAndIsNumberedInTheOrderOfTimesAndIds() {
        scenario.read(
                impression("i", 1),
                click("c", 30 * SECOND, "i"),
                click("b", 30 * SECOND, "i"),
                click("a", 20 * SECOND, "i"));
        scenario.read(conversion("v", 30 * SECOND));
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 3));
    }

    @Test
    void ifTheLastClickBecomesAnOrphanTheNextOneBackWins() {
        scenario.read(impression("i", 1), click("a", 10 * SECOND, "i"), click("b", 20 * SECOND, "never"));
        scenario.read(conversion("v", 30 * SECOND));
        assertThat(scenario.watermark(30 * 60 * SECOND)).isEmpty();
        assertThat(scenario.watermark(2 * HOUR))
                .containsExactly(Outcome.orphan(KEY, "b"), Outcome.toClick(KEY, "v", "a", "i", 1));
    }

    @Test
    void aConversionThatNamesAClickTakesThatOneAndNoView() {
        scenario.read(impression("i", 1), click("a", 10 * SECOND, "i"), click("b", 20 * SECOND, "i"));
        scenario.read(
                SampleEvent.conversion(KEY, "v", T0 + 30 * SECOND, ADVERTISER, "a", "other"),
                SampleEvent.conversion(KEY, "w", T0 + 30 * SECOND, ADVERTISER, "never", null));
        assertThat(scenario.watermark(HOUR))
                .containsExactly(Outcome.toClick(KEY, "v", "a", "i", 1), Outcome.unattributed(KEY, "w"));
    }

    @Test
    void aConversionThatIsDecidedInTheBlockItComesInFindsItsStoredView() {
        scenario.read(impression("i", 1), impression("j", 2));
        scenario.log(EventType.CONVERSION).append(conversion("v", 30 * SECOND));
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.toView(KEY, "v", "j"));
    }

    @Test
    void aConversionKnowsWhereItsClickAndItsImpressionWereRead() {
        scenario.read(impression("other", 1), impression("i", 1));
        scenario.read(click("c", 10 * SECOND, "i"));
        scenario.log(EventType.CONVERSION).markers(5).append(conversion("v", 30 * SECOND));
        scenario.watermark(HOUR);
        JoinedConversion joined =
                (JoinedConversion) scenario.run().committed().get(3).record();
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
