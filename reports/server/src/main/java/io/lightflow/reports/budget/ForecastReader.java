package io.lightflow.reports.budget;

import io.lightflow.reports.budget.SpendForecast.Day;
import io.lightflow.reports.statistics.StatisticsTotals;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;

/** Reads what forecasts need, and respects the budgets. */
final class ForecastReader {
    private final StatisticsTotals statistics;

    ForecastReader(Sql replica) {
        this.statistics = new StatisticsTotals(replica);
    }

    /**
     * A forecast for the day that a campaign is in.
     *
     * @param asOf up to when the forecast knows what was spent
     * @param demandMicros at the end of the day without budgets
     * @param forecastMicros at the end of the day
     * @param pace the last three hours compared with the usual ones
     * @param profileDays days of which the usual hours are the means; 0 if the day so far is continued evenly
     */
    record Forecast(
            String campaign,
            String currency,
            Instant dayEndsAt,
            Instant asOf,
            long spentMicros,
            long demandMicros,
            long forecastMicros,
            double pace,
            int profileDays) {}

    Forecast of(CampaignBudget budget) {
        CampaignBudget.Day today = budget.today();
        ZoneId zone = ZoneId.of(today.timeZone());
        Instant watermark = budget.asOf().watermark();
        Instant now = watermark == null || watermark.isBefore(today.startsAt())
                ? today.startsAt()
                : watermark.isBefore(today.endsAt()) ? watermark : today.endsAt();
        Instant from = today.startsAt()
                .minus(Duration.ofDays(SpendForecast.MAX_PROFILE_DAYS))
                .truncatedTo(ChronoUnit.HOURS)
                .minus(1, ChronoUnit.HOURS);
        Map<Instant, Long> spend = statistics.spendByHour(
                from,
                now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS),
                Map.of(Dimension.CAMPAIGN, Set.of(budget.campaign()), Dimension.CURRENCY, Set.of(budget.currency())));
        SpendForecast forecast =
                SpendForecast.of(new Day(today.startsAt(), today.endsAt(), zone), today.spentMicros(), now, spend);
        return new Forecast(
                budget.campaign(),
                budget.currency(),
                today.endsAt(),
                now,
                forecast.spentMicros(),
                forecast.forecastMicros(),
                limited(forecast, budget),
                forecast.pace(),
                forecast.profileDays());
    }

    /** Spent money stays spent. A campaign that does not run spends no more. */
    static long limited(SpendForecast forecast, CampaignBudget budget) {
        boolean isRunning =
                !Set.of("ended", "paused", "not_started", "goal_reached").contains(budget.decision());
        long most = isRunning ? forecast.forecastMicros() : forecast.spentMicros();
        if (budget.today().budgetMicros() != null) {
            most = Math.min(most, budget.today().budgetMicros());
        }
        if (budget.total().remainingMicros() != null) {
            most = Math.min(
                    most, Math.addExact(forecast.spentMicros(), budget.total().remainingMicros()));
        }
        return Math.max(most, forecast.spentMicros());
    }
}
