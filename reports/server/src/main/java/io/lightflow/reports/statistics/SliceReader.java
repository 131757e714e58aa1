package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.statistics.CachedSlices.Versioned;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the rows of slices that have changed since they were read before. */
final class SliceReader {
    private static final int FETCH_SIZE = 10_000;

    private final Connection connection;
    private final KeyCaches keys;
    private final Map<TimeSlice, Versioned> before;
    private final long maxRows;
    private final long deadlineNanos;

    /**
     * @param connection on a snapshot
     * @param keys gets the numbers that are read
     * @param before rows of these keys
     * @param maxRows that may be held
     * @param deadlineNanos when reading must end, as {@link System#nanoTime}
     */
    SliceReader(
            Connection connection, KeyCaches keys, Map<TimeSlice, Versioned> before, long maxRows, long deadlineNanos) {
        this.connection = connection;
        this.keys = keys;
        this.before = before;
        this.maxRows = maxRows;
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * The rows of as many slices as fit, in their order.
     *
     * @param needed those of them that must fit
     * @throws ProblemException if they do not, or reading takes too long
     */
    Map<TimeSlice, Versioned> read(Set<TimeSlice> slices, Set<TimeSlice> needed) throws SQLException {
        Map<Long, Long> events = events(slices);
        Map<TimeSlice, Versioned> rows = new HashMap<>();
        long room = maxRows;
        for (TimeSlice slice : slices) {
            long version = slice.minutes().stream()
                    .mapToLong(minute -> events.getOrDefault(minute, 0L))
                    .sum();
            Versioned of = before.get(slice);
            if (of == null || of.version() != version) {
                if (System.nanoTime() - deadlineNanos >= 0) {
                    if (needed.contains(slice)) {
                        throw tooSlow();
                    }
                    break;
                }
                of = new Versioned(version, read(slice, room));
            }
            room -= of.rows().size();
            if (room < 0) {
                if (needed.contains(slice)) {
                    throw tooMany();
                }
                break;
            }
            rows.put(slice, of);
        }
        keys.read(connection);
        return rows;
    }

    private static ProblemException tooSlow() {
        return new ProblemException(
                503,
                "too-slow",
                "The query takes too long",
                "the server stopped reading the rows of the window: ask for a shorter one");
    }

    private ProblemException tooMany() {
        return new ProblemException(
                400,
                "too-many-rows",
                "The request needs too many rows",
                "at most " + maxRows
                        + " rows are held in memory: ask for a shorter window, or give the server more memory"
                        + " (-Xmx)");
    }

    /** By the minute, in seconds since the Unix epoch; 0 is left out. */
    private Map<Long, Long> events(Collection<TimeSlice> slices) throws SQLException {
        Map<Long, Long> events = new HashMap<>();
        Object[] minutes = slices.stream()
                .flatMap(slice -> slice.minutes().stream())
                .distinct()
                .toArray();
        Sql.all(
                connection,
                "SELECT extract(epoch FROM time)::bigint, events FROM stats_minute_events WHERE time = ANY"
                        + " (ARRAY(SELECT to_timestamp(minute) FROM unnest(?) AS minute))",
                found -> events.put(found.getLong(1), found.getLong(2)),
                connection.createArrayOf("bigint", minutes));
        return events;
    }

    /** At most one row more than there is room for. */
    private SliceColumns read(TimeSlice slice, long room) throws SQLException {
        Optional<KeyTable> other = slice.cube().keyTableBesideAds();
        KeyCache ads = keys.of(KeyTable.AD);
        StatisticsTable table = slice.grain().table(slice.cube());
        String otherNumber = other.map(KeyTable::column).orElse("0");
        String select = "SELECT ad, " + otherNumber + ", " + String.join(", ", Measure.NAMES) + " FROM ";
        String sql = select + table.tableName() + " WHERE time = ? UNION ALL " + select + table.excessRows()
                + " WHERE time = ? UNION ALL SELECT ad, " + otherNumber + ", "
                + StatisticsTable.counts("sum(%1$s)::bigint")
                + " FROM " + StatisticsTable.deltaRows(slice.cube())
                + " WHERE time >= ? AND time < ? GROUP BY 1, 2 LIMIT ?";
        SliceColumns rows = new SliceColumns();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCH_SIZE);
            statement.setObject(1, StatisticsQuery.utc(slice.time()));
            statement.setObject(2, StatisticsQuery.utc(slice.time()));
            statement.setObject(3, StatisticsQuery.utc(slice.time()));
            statement.setObject(4, StatisticsQuery.utc(slice.time().plus(slice.grain().length)));
            statement.setLong(5, room + 1);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    int number = found.getInt(2);
                    rows.add(
                            ads.index(found.getInt(1)),
                            other.map(numbers -> keys.of(numbers).index(number)).orElse(0),
                            found,
                            3);
                }
            }
        }
        rows.trim();
        return rows;
    }
}
