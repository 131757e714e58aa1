package io.lightflow.reports.alert;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The state of one alert. It fires once, resolves once, and is armed again then.
 *
 * @param since when it fired or resolved
 * @param turningSince since when its figure asks for the other state without a break; empty if it does not
 */
record AlertState(boolean firing, Instant since, Optional<Instant> turningSince) {
    static AlertState quiet(Instant now) {
        return new AlertState(false, now, Optional.empty());
    }

    /**
     * The state after an evaluation.
     *
     * @param value empty if there is no figure, such as a rate of nothing: the state stays then, and waits no longer
     */
    AlertState after(AlertCondition condition, Optional<BigDecimal> value, Instant now) {
        boolean turns =
                value.isPresent() && (firing ? condition.resolvesAt(value.get()) : condition.firesAt(value.get()));
        if (!turns) {
            return new AlertState(firing, since, Optional.empty());
        }
        Instant begun = turningSince.orElse(now);
        return Duration.between(begun, now).compareTo(condition.hold()) >= 0
                ? new AlertState(!firing, now, Optional.empty())
                : new AlertState(firing, since, Optional.of(begun));
    }
}
