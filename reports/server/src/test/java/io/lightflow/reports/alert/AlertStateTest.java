package io.lightflow.reports.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.reports.alert.AlertCondition.Basis;
import io.lightflow.reports.alert.AlertCondition.Side;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An alert fires once, resolves once, and is armed again. */
class AlertStateTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static AlertCondition condition(Side side, String threshold, String resolve, int holdMinutes) {
        return new AlertCondition(
                AlertFigure.CLICKS,
                Map.of(),
                Basis.THRESHOLD,
                side,
                new BigDecimal(threshold),
                new BigDecimal(resolve),
                60,
                holdMinutes,
                0);
    }

    /** The minutes in which the alert changes its state; an empty string is no value. */
    private static List<String> changes(AlertCondition condition, String... values) {
        List<String> changes = new ArrayList<>();
        AlertState state = AlertState.quiet(START);
        for (int minute = 0; minute < values.length; minute++) {
            Optional<BigDecimal> value =
                    values[minute].isEmpty() ? Optional.empty() : Optional.of(new BigDecimal(values[minute]));
            AlertState after = state.after(condition, value, START.plusSeconds(60L * minute));
            if (after.firing() != state.firing()) {
                changes.add((after.firing() ? "fires at " : "resolves at ") + minute);
            }
            state = after;
        }
        return changes;
    }

    @Test
    void itFiresAtTheThresholdAndResolvesBeyondTheOther() {
        AlertCondition above = condition(Side.AT_LEAST, "0.9", "0.8", 0);
        assertThat(changes(above, "0.89", "0.9", "0.95", "0.85", "0.8", "0.79", "0.85", "0.9"))
                .containsExactly("fires at 1", "resolves at 5", "fires at 7");
        AlertCondition below = condition(Side.AT_MOST, "5", "7", 0);
        assertThat(changes(below, "6", "5", "0", "7", "7.1", "6", "5"))
                .containsExactly("fires at 1", "resolves at 4", "fires at 6");
    }

    @Test
    void aShortPeakDoesNotCount() {
        AlertCondition held = condition(Side.AT_LEAST, "10", "10", 2);
        assertThat(changes(held, "10", "10", "9", "10", "10", "10", "9", "9", "11", "9", "9", "9"))
                .containsExactly("fires at 5", "resolves at 11");
    }

    @Test
    void withoutAFigureItStaysAsItIs() {
        AlertCondition below = condition(Side.AT_MOST, "0", "0", 1);
        assertThat(changes(below, "0", "", "0", "0", "", "", "1", "", "1", "1"))
                .containsExactly("fires at 3", "resolves at 9");
    }

    @Test
    void firesAndResolvesAlternateForAnyFigures() {
        long seed = Long.getLong("lightflow.seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            AlertCondition condition = condition(Side.AT_LEAST, "6", "4", random.nextInt(4));
            String[] values = random.ints(100, -1, 11)
                    .mapToObj(value -> value < 0 ? "" : Integer.toString(value))
                    .toArray(String[]::new);
            List<String> changes = changes(condition, values);
            for (int i = 0; i < changes.size(); i++) {
                assertThat(changes.get(i)).startsWith(i % 2 == 0 ? "fires" : "resolves");
            }
        }
    }

    @Test
    void aRuleThatWouldResolveWhereItFiresIsRejected() {
        assertThatThrownBy(() -> condition(Side.AT_LEAST, "1", "2", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> condition(Side.AT_MOST, "2", "1", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
