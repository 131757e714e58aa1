package io.lightflow.reports.alert;

import io.lightflow.reports.alert.AlertCondition.Basis;
import io.lightflow.reports.statistics.StatisticsTotals;
import io.lightflow.reports.statistics.StatisticsTotals.Progress;
import io.lightflow.reports.statistics.StatisticsTotals.Totals;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the figures of rules from the replica. */
final class AlertReadings {
    private static final int SHARE_SCALE = 6;

    private final Sql replica;
    private final StatisticsTotals statistics;

    AlertReadings(Sql replica) {
        this.replica = replica;
        this.statistics = new StatisticsTotals(replica);
    }

    /**
     * The present figures of a rule, by the subject of their alerts: a campaign, a group, or empty.
     *
     * @return a value is empty if there is none now, such as a rate of nothing
     */
    Map<String, Optional<BigDecimal>> of(AlertRule rule) {
        AlertCondition condition = rule.condition();
        return switch (condition.figure().source()) {
            case STATISTICS -> Map.of("", ofStatistics(rule));
            case SILENCE -> Map.of("", Optional.of(silence(rule)));
            case BUDGETS -> replica.query("read the budgets of a rule", connection -> budgets(connection, rule));
            case PLATFORM ->
                condition.figure() == AlertFigure.LAG_SECONDS
                        ? Map.of("", lag())
                        : replica.query(
                                "read the certificates of a rule",
                                connection -> certificates(connection, condition.windowMinutes()));
        };
    }

    private static Map<Dimension, Set<String>> filter(AlertRule rule) {
        Map<Dimension, Set<String>> filter = new HashMap<>(rule.condition().dimensions());
        if (rule.advertiser() != null) {
            filter.put(Dimension.ADVERTISER, Set.of(rule.advertiser()));
        }
        return filter;
    }

    /** The window ends at the watermark: what is still being counted looks like a decline. */
    private Optional<BigDecimal> ofStatistics(AlertRule rule) {
        Progress progress = statistics.progress();
        if (progress.watermark().isEmpty()) {
            return Optional.empty();
        }
        AlertCondition condition = rule.condition();
        Duration length = Duration.ofMinutes(condition.windowMinutes());
        Instant end = earlier(progress.watermark().get(), progress.now()).truncatedTo(ChronoUnit.MINUTES);
        Optional<BigDecimal> value = figure(rule, end.minus(length), end);
        if (condition.comparedWith() == Basis.THRESHOLD || value.isEmpty()) {
            return value;
        }
        return figure(rule, end.minus(length).minus(length), end.minus(length))
                .filter(before -> before.signum() != 0)
                .map(before -> value.get().divide(before, SHARE_SCALE, RoundingMode.HALF_UP));
    }

    private Optional<BigDecimal> figure(AlertRule rule, Instant from, Instant to) {
        Totals totals = statistics.totals(from, to, filter(rule));
        return totals.impressions() < rule.condition().minimumImpressions()
                ? Optional.empty()
                : totals.figure(rule.condition().figure().label());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** At least the longest time that matters to the rule, if there were no events for so long. */
    private BigDecimal silence(AlertRule rule) {
        AlertCondition condition = rule.condition();
        Instant now = statistics.progress().now();
        Instant end = now.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        long seconds = condition
                .threshold()
                .max(condition.resolveThreshold())
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
        Instant from = end.minus(Duration.ofMinutes(seconds / 60 + 3));
        Instant newest = statistics.newestEvents(from, end, filter(rule)).orElse(from);
        return BigDecimal.valueOf(Math.max(0, Duration.between(newest, now).toSeconds()));
    }

    private Optional<BigDecimal> lag() {
        Progress progress = statistics.progress();
        return progress.watermark()
                .map(watermark -> Duration.between(watermark, progress.now()).toSeconds())
                .map(seconds -> BigDecimal.valueOf(Math.max(0, seconds)));
    }

    /** Of campaigns that have not ended. */
    private static Map<String, Optional<BigDecimal>> budgets(Connection connection, AlertRule rule)
            throws SQLException {
        String share =
                switch (rule.condition().figure()) {
                    case TOTAL_BUDGET_SPENT -> "spent_micros::numeric / nullif(total_budget_micros, 0)";
                    case DAILY_BUDGET_SPENT -> "spent_today_micros::numeric / nullif(daily_budget_micros, 0)";
                    case GOAL_DELIVERED -> "delivered_count::numeric / nullif(goal_count, 0)";
                    default -> throw new IllegalStateException("not of budgets: " + rule.condition());
                };
        Set<String> campaigns = rule.condition().dimensions().get(Dimension.CAMPAIGN);
        Array only = campaigns == null ? null : connection.createArrayOf("text", campaigns.toArray());
        return bySubject(
                connection,
                "SELECT campaign, round(" + share + ", " + SHARE_SCALE + ") FROM campaign_budget"
                        + " WHERE status <> 'ended' AND (ends_at IS NULL OR ends_at > now())"
                        + " AND (advertiser = ? OR ?::text IS NULL) AND (campaign = ANY (?) OR ?::text[] IS NULL)"
                        + " AND " + share + " IS NOT NULL",
                rule.advertiser(),
                rule.advertiser(),
                only,
                only);
    }

    private static Map<String, Optional<BigDecimal>> certificates(Connection connection, int minutes)
            throws SQLException {
        return bySubject(
                connection,
                "SELECT group_name, sum(differences) FROM certificate"
                        + " WHERE hour >= statement_timestamp() - make_interval(mins => ?) GROUP BY group_name",
                minutes);
    }

    private static Map<String, Optional<BigDecimal>> bySubject(Connection connection, String sql, Object... parameters)
            throws SQLException {
        Map<String, Optional<BigDecimal>> values = new HashMap<>();
        Sql.all(connection, sql, row -> put(values, row), parameters);
        return values;
    }

    private static Optional<BigDecimal> put(Map<String, Optional<BigDecimal>> values, ResultSet row)
            throws SQLException {
        return values.put(row.getString(1), Optional.ofNullable(row.getBigDecimal(2)));
    }
}
