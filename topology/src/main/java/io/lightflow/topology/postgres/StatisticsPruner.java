package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Drops the statistics that are past their retention. The topology never calls it: operators decide for how long old
 * logs may be replayed. Thread-safe.
 */
public final class StatisticsPruner {
    private final PostgresSettings settings;

    public StatisticsPruner(PostgresSettings settings) {
        this.settings = settings;
    }

    /**
     * Drops the partitions that lie wholly before {@code now} minus their table's retention.
     *
     * @return the names of the dropped tables
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is unavailable, or a writer holds a table for
     *     longer than a few seconds; may be repeated
     */
    public List<String> dropExpired(StatisticsRetention retention, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        List<String> dropped = new ArrayList<>();
        try (PostgresPool pool = new PostgresPool(settings, "lightflow-retention")) {
            // What is expired must be in the partitions that are dropped.
            new StatisticsDelta(pool, new StatisticsPartitions(pool)).merge(now.toEpochMilli(), 0);
            for (StatisticsTable table : StatisticsTable.values()) {
                retention
                        .of(table)
                        .ifPresent(kept -> dropped.addAll(pool.transact(
                                "drop expired partitions of " + table.tableName() + " in schema " + settings.schema(),
                                connection -> StatisticsPartitions.dropExpired(connection, table, today.minus(kept)))));
            }
        }
        return dropped;
    }

    /**
     * Deletes the spend by hour of days that no campaign is in any more. Totals keep it.
     *
     * @return how many rows that were
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is unavailable; may be repeated
     */
    public int deleteOldSpend(Instant now) {
        try (PostgresPool pool = new PostgresPool(settings, "lightflow-retention")) {
            return pool.run(
                    "delete the old spend of campaigns in schema " + settings.schema(),
                    connection -> CampaignWriter.deleteOldSpend(connection, now));
        }
    }
}
