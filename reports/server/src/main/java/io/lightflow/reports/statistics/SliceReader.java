package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
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

/** Reads the rows of slots, but for those that have not changed since they were read. */
final class SliceReader {
    private static final int FETCHED_AT_ONCE = 10_000;

    private final Connection connection;
    private final KeyCaches keys;
    private final Map<TimeSlice, Versioned> before;
    private final long mostRows;

    /**
     * @param connection on a snapshot
     * @param keys gets the numbers that are read
     * @param before rows of these keys
     * @param mostRows that may be held
     */
    SliceReader(Connection connection, KeyCaches keys, Map<TimeSlice, Versioned> before, long mostRows) {
        this.connection = connection;
        this.keys = keys;
        this.before = before;
        this.mostRows = mostRows;
    }

    /**
     * The rows of as many slots as fit, in their order.
     *
     * @param needed those of them that must fit
     * @throws ProblemException if they do not
     */
    Map<TimeSlice, Versioned> read(Set<TimeSlice> slots, Set<TimeSlice> needed) throws SQLException {
        Map<Long, Long> events = events(slots);
        Map<TimeSlice, Versioned> rows = new HashMap<>();
        long room = mostRows;
        for (TimeSlice slot : slots) {
            long version = slot.minutes().stream()
                    .mapToLong(minute -> events.getOrDefault(minute, 0L))
                    .sum();
            Versioned of = before.get(slot);
            if (of == null || of.version() != version) {
                of = new Versioned(version, read(slot, room));
            }
            room -= of.rows().size();
            if (room < 0) {
                if (needed.contains(slot)) {
                    throw tooMany();
                }
                break;
            }
            rows.put(slot, of);
        }
        keys.read(connection);
        return rows;
    }

    private ProblemException tooMany() {
        return new ProblemException(
                400,
                "too-many-rows",
                "The question is about too many rows",
                "at most " + mostRows
                        + " rows are held in memory: ask for a shorter window, or give the server more memory"
                        + " (-Xmx)");
    }

    /** By the minute, in seconds since the Unix epoch; 0 is left out. */
    private Map<Long, Long> events(Collection<TimeSlice> slots) throws SQLException {
        Map<Long, Long> events = new HashMap<>();
        Object[] minutes = slots.stream()
                .flatMap(slot -> slot.minutes().stream())
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
    private SliceColumns read(TimeSlice slot, long room) throws SQLException {
        Optional<KeyTable> other = slot.cube().keyTableBesideAds();
        KeyCache ads = keys.of(KeyTable.AD);
        String sql = "SELECT ad, " + other.map(KeyTable::column).orElse("0") + ", " + String.join(", ", Measure.NAMES)
                + " FROM " + slot.grain().table(slot.cube()).tableName() + " WHERE time = ? LIMIT ?";
        SliceColumns rows = new SliceColumns();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCHED_AT_ONCE);
            statement.setObject(1, StatisticsQuery.utc(slot.time()));
            statement.setLong(2, room + 1);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    int number = found.getInt(2);
                    rows.add(
                            ads.index(found.getInt(1)),
                            other.map(table -> keys.of(table).index(number)).orElse(0),
                            found,
                            3);
                }
            }
        }
        rows.trim();
        return rows;
    }
}
