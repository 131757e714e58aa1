package io.lightflow.reports.server;

import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.gate.StalePolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of the budget gate; see {@link BudgetGateSettings}.
 *
 * @param listenUrl the database at which to listen for exhausted campaigns, with the user of the replica. Empty for the
 *     primary or, without a primary, the replica
 * @param maxLag empty for no limit of the lag of statistics
 */
public record BudgetSettings(
        Optional<String> listenUrl, Duration poll, Duration maxAge, Optional<Duration> maxLag, StalePolicy whenStale) {
    public static final BudgetSettings DEFAULT = new BudgetSettings(
            Optional.empty(),
            BudgetGateSettings.DEFAULT_POLL,
            BudgetGateSettings.DEFAULT_MAX_AGE,
            Optional.of(BudgetGateSettings.DEFAULT_MAX_LAG),
            StalePolicy.REFUSE);

    public BudgetSettings {
        Objects.requireNonNull(whenStale, "whenStale");
    }

    public BudgetSettings withMaxLag(Optional<Duration> lag) {
        return new BudgetSettings(listenUrl, poll, maxAge, lag, whenStale);
    }
}
