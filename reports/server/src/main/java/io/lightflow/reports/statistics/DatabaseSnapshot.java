package io.lightflow.reports.statistics;

import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One state of the database; a whole answer is as of it.
 *
 * @param server when it was started: one that is started anew may have been put back in time
 * @param readAt by PostgreSQL's clock
 * @param watermark up to which event time everything is counted; empty if a shard has counted nothing yet
 * @param keptFrom from when on tables are complete; those that are not here always were
 */
record DatabaseSnapshot(Instant server, Instant readAt, Optional<Instant> watermark, Map<String, Instant> keptFrom) {

    /**
     * One round trip for what comes before every query. Nothing is dropped from the lock on until the transaction ends,
     * and the lock comes before the snapshot: so what the mark says is there is there. Every statement is planned for
     * its parameters, to open the partitions that it needs and no other, and takes no processor from other requests.
     * Sums by day over months fit into its memory.
     */
    private static final String BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
            + " LOCK TABLE "
            + Arrays.stream(StatisticsTable.values())
                    .map(table -> "ONLY " + table.tableName())
                    .collect(Collectors.joining(", "))
            + " IN ACCESS SHARE MODE;"
            + " SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0;"
            + " SET LOCAL work_mem = '32MB';"
            + " SELECT pg_postmaster_start_time(), clock_timestamp(),"
            + " (SELECT CASE WHEN bool_and(watermark IS NOT NULL) THEN min(watermark) END FROM ledger),"
            + " table_name, kept_from FROM (VALUES (1)) AS one LEFT JOIN stats_kept ON true";

    interface Work<T> {
        T on(Connection connection, DatabaseSnapshot snapshot) throws SQLException;
    }

    /** Does all reading of some work on one snapshot. */
    static <T> T read(Sql replica, String action, Work<T> work) {
        return replica.inTransaction(action, connection -> work.on(connection, begin(connection)));
    }

    private static DatabaseSnapshot begin(Connection connection) throws SQLException {
        Map<String, Instant> keptFrom = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            boolean isResult = statement.execute(BEGIN);
            while (!isResult) {
                isResult = statement.getMoreResults();
            }
            ResultSet found = statement.getResultSet();
            Instant server = null;
            Instant readAt = null;
            Instant watermark = null;
            while (found.next()) {
                server = instant(found, 1);
                readAt = instant(found, 2);
                watermark = instant(found, 3);
                if (found.getString(4) != null) {
                    keptFrom.put(found.getString(4), instant(found, 5));
                }
            }
            return new DatabaseSnapshot(server, readAt, Optional.ofNullable(watermark), keptFrom);
        }
    }

    private static Instant instant(ResultSet found, int column) throws SQLException {
        OffsetDateTime time = found.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /**
     * How far the figures of a window can be relied on.
     *
     * @param watermark everything of before is counted, but for clicks and conversions that still wait for theirs; null
     *     if a shard has counted nothing yet
     * @param behindMs how far behind the clock that is; null where watermark is
     * @param complete whether that is the whole window
     */
    record AsOf(Instant watermark, Long behindMs, boolean complete, Instant readAt) {
        /** The same for figures that lack something. */
        AsOf incomplete() {
            return new AsOf(watermark, behindMs, false, readAt);
        }
    }

    AsOf asOf(Window window) {
        return new AsOf(
                watermark.orElse(null),
                watermark
                        .map(time -> Math.max(0, Duration.between(time, readAt).toMillis()))
                        .orElse(null),
                watermark.isPresent() && !watermark.get().isBefore(window.to()),
                readAt);
    }

    /**
     * The first cube that has all rows of a window.
     *
     * @param cubes at least one
     * @throws ProblemException if each of them lacks some; it is not guessed what they say
     */
    StatisticsCube complete(Window window, List<Piece> pieces, List<StatisticsCube> cubes) {
        Optional<ProblemException> incomplete = Optional.empty();
        for (StatisticsCube cube : cubes) {
            incomplete = incompleteness(window, pieces, cube);
            if (incomplete.isEmpty()) {
                return cube;
            }
        }
        throw incomplete.orElseThrow();
    }

    /** Whether a cube has all rows of a piece. */
    private boolean has(Piece piece, StatisticsCube cube) {
        Instant kept = keptFrom.get(piece.grain().table(cube).viewName());
        return kept == null || !piece.from().isBefore(kept);
    }

    /** Pieces of fewer rows if a cube has all of them, or else those that it has. */
    List<Piece> fewest(List<Piece> fewest, List<Piece> within, StatisticsCube cube) {
        return fewest.stream().allMatch(piece -> has(piece, cube)) ? fewest : within;
    }

    private Optional<ProblemException> incompleteness(Window window, List<Piece> pieces, StatisticsCube cube) {
        for (Piece piece : pieces) {
            if (!has(piece, cube)) {
                boolean isAtTheBeginning = piece.from().equals(window.from());
                return Optional.of(ProblemException.parameter(
                        isAtTheBeginning ? "from" : "to",
                        (isAtTheBeginning ? window.from() : window.to()).toString(),
                        advice(
                                cube,
                                piece.grain(),
                                keptFrom.get(piece.grain().table(cube).viewName()))));
            }
        }
        return Optional.empty();
    }

    private static String advice(StatisticsCube cube, Grain grain, Instant kept) {
        String missing = "rows by the " + grain.label().replace('_', ' ')
                + (cube == StatisticsCube.GEO ? " and by region or data center" : "") + " from before " + kept
                + " are not kept";
        return switch (grain) {
            case MINUTE, TEN_MINUTES -> "on a whole hour (UTC) or not before " + kept + ": " + missing;
            case HOUR -> "on a whole day (UTC) or not before " + kept + ": " + missing;
            case DAY -> "not before " + kept + ": " + missing;
        };
    }

    /** The rows of a query, on this snapshot's connection. */
    static <T> List<T> all(Connection connection, StatisticsQuery query, Sql.RowReader<T> reader) throws SQLException {
        return Sql.all(connection, query.sql(), reader, query.parameters());
    }
}
