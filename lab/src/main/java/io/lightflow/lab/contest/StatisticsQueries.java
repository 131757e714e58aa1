package io.lightflow.lab.contest;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The SQL statements that read the statistics of a contestant.
 *
 * @param totals one row: impressions, clicks, conversions, spend and revenue in micros
 * @param minuteRows each minute row: minutes since the Unix epoch, campaign, creative, exchange, publisher, country,
 *     device, and the columns of the totals
 * @param lastCommit one timestamp: when statistics were last committed
 */
record StatisticsQueries(String totals, String minuteRows, String lastCommit) {
    static final String COUNTS = "impressions, clicks, conversions, spend_micros, revenue_micros";
    /** A view may have several rows of a key. */
    private static final String SUMS = Arrays.stream(COUNTS.split(", "))
            .map(column -> "sum(" + column + ")")
            .collect(Collectors.joining(", "));

    private static final String DIMENSIONS = "campaign, creative, exchange, publisher, country, device";

    /**
     * @param sums table or view with the fewest rows that have the totals
     * @param minutes table or view of minute rows
     * @param timeColumn the column of its minutes
     */
    static StatisticsQueries of(String sums, String minutes, String timeColumn, String lastCommit) {
        return new StatisticsQueries(
                "SELECT coalesce(sum(impressions), 0), coalesce(sum(clicks), 0), coalesce(sum(conversions), 0),"
                        + " coalesce(sum(spend_micros), 0), coalesce(sum(revenue_micros), 0) FROM " + sums,
                "SELECT (extract(epoch FROM " + timeColumn + ") / 60)::bigint, " + DIMENSIONS + ", " + SUMS + " FROM "
                        + minutes + " GROUP BY 1, " + DIMENSIONS,
                lastCommit);
    }
}
