package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A decision stands: the rules that apply to an event on arrival are stored with it. Changes apply to later events. */
class InvariantJDecisionsStandTest {
    private static final Duration DISORDER = Duration.ofSeconds(5);

    private static JoinSettings settings(Duration orphanAfter, Duration lookBack, Duration view, Duration disorder) {
        return new JoinSettings(
                "eu",
                disorder,
                new Windows(lookBack, orphanAfter, lookBack, view),
                Map.of(),
                JoinSettings.DEFAULT_ROW_CAP);
    }

    private static JoinSettings orphanAfter(int hours) {
        return settings(Duration.ofHours(hours), Duration.ofHours(30), Duration.ZERO, DISORDER);
    }

    private static JoinSettings disorder(Duration disorder) {
        return settings(Duration.ofHours(1), Duration.ofHours(30), Duration.ZERO, disorder);
    }

    @Test
    void aWaitingClickIsJoinedAlthoughItNowWouldBeAnOrphan() {
        JoinScenario scenario = new JoinScenario(orphanAfter(8));
        scenario.read(click("c", 0, "i"));
        scenario.run().restart(orphanAfter(1));
        assertThat(scenario.watermark(4 * HOUR)).isEmpty();
        assertThat(scenario.read(impression("i", 5 * HOUR)))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
        assertThat(scenario.watermark(40 * HOUR)).isEmpty();
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void aWaitingClickBecomesAnOrphanWhenItHadToAlthoughThatIsNowLater() {
        JoinScenario scenario = new JoinScenario(orphanAfter(8));
        scenario.read(click("c", 0, "i"));
        scenario.run().restart(orphanAfter(1));
        assertThat(scenario.watermark(9 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void anOrphanStaysOneAlthoughItNowWouldWait() {
        JoinScenario scenario = new JoinScenario(orphanAfter(1));
        scenario.read(click("c", 0, "i"));
        assertThat(scenario.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        scenario.run().restart(orphanAfter(8));
        assertThat(scenario.read(impression("i", 3 * HOUR))).containsExactly(Outcome.impression(KEY, "i"));
        assertThat(scenario.watermark(40 * HOUR)).isEmpty();
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void aWaitingClickBecomesAnOrphanWhenItHadToAlthoughItNowWouldWaitLonger() {
        JoinScenario scenario = new JoinScenario(orphanAfter(1));
        scenario.read(click("c", 0, "i"));
        scenario.run().restart(orphanAfter(8));
        assertThat(scenario.watermark(2 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertThat(scenario.read(impression("i", 3 * HOUR))).containsExactly(Outcome.impression(KEY, "i"));
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void theLookBackOfAClickStands() {
        JoinScenario scenario = new JoinScenario(orphanAfter(1));
        scenario.read(click("c", 20 * HOUR, "i"));
        scenario.run().restart(settings(Duration.ofHours(1), Duration.ofHours(2), Duration.ZERO, DISORDER));
        scenario.append(impression("i", 19 * HOUR - 30 * 60_000));
        assertThat(scenario.read()).contains(Outcome.click(KEY, "c", "i"));
    }

    @Test
    void aLowerDisorderDoesNotMissTheDecisionOfAWaitingConversion() {
        JoinScenario scenario = new JoinScenario(disorder(Duration.ofMinutes(30)));
        scenario.read(impression("i", 0), click("c", SECOND, "i"), conversion("v", HOUR));
        scenario.watermark(HOUR);
        scenario.run().restart(disorder(Duration.ZERO));
        assertThat(scenario.watermark(HOUR + 10 * 60_000)).isEmpty();
        assertThat(scenario.watermark(2 * HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
        assertThat(scenario.watermark(40 * HOUR)).isEmpty();
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void aHigherDisorderDoesNotDecideAConversionAgain() {
        JoinScenario scenario = new JoinScenario(disorder(Duration.ZERO));
        scenario.read(conversion("v", HOUR));
        assertThat(scenario.watermark(HOUR + 1)).containsExactly(Outcome.unattributed(KEY, "v"));
        scenario.run().restart(disorder(Duration.ofMinutes(30)));
        assertThat(scenario.watermark(40 * HOUR)).isEmpty();
        assertBalancedWithoutWaiting(scenario);
    }

    @Test
    void theWindowsOfAConversionStand() {
        JoinScenario scenario =
                new JoinScenario(settings(Duration.ofHours(1), Duration.ofHours(10), Duration.ofHours(5), DISORDER));
        scenario.read(impression("i", 0), conversion("v", 4 * HOUR));
        scenario.run().restart(orphanAfter(1));
        assertThat(scenario.watermark(5 * HOUR)).containsExactly(Outcome.toView(KEY, "v", "i"));
    }

    /** The watermark moves by more than any window, as it does with the beacons that close a complete input. */
    @Test
    void timersOfLongerWindowsFireAfterTheWindowsHaveShrunk() {
        JoinScenario scenario = new JoinScenario(orphanAfter(24));
        scenario.read(click("c", 0, "i"));
        scenario.watermark(SECOND);
        scenario.run().restart(orphanAfter(0));
        assertThat(scenario.watermark(1_000 * HOUR)).containsExactly(Outcome.orphan(KEY, "c"));
        assertBalancedWithoutWaiting(scenario);
    }

    private static void assertBalancedWithoutWaiting(JoinScenario scenario) {
        Books books = scenario.run().position().books();
        assertThat(books.balanced()).isTrue();
        for (EventType type : EventType.values()) {
            assertThat(books.get(type, Entry.WAITING)).as(type.plural()).isZero();
        }
    }
}
