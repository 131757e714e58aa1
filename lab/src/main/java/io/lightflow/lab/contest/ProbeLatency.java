package io.lightflow.lab.contest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Looks for the rows of probes in a peer's statistics. */
final class ProbeLatency implements PostgresLatency {
    private static final long MINUTE_MS = 60_000;
    /** Minutes in which a probe can be that has not been found. */
    private static final int MINUTES = 4;

    private static final Duration MAX_AGE = Duration.ofMinutes(MINUTES - 1);
    private static final String QUERY = "SELECT creative FROM stats WHERE minute = ANY (?) AND campaign = '"
            + ProbeFeed.CAMPAIGN + "' AND clicks > 0";

    private final Connection connection;
    private final ProbeFeed.Probes probes;
    private PreparedStatement query;

    ProbeLatency(ContestServers servers, ProbeFeed.Probes probes) {
        this.probes = probes;
        try {
            connection = servers.connect();
        } catch (SQLException e) {
            throw new IllegalStateException("Connecting to PostgreSQL failed", e);
        }
    }

    @Override
    public void joined(int partition, long offset, long sentMs) {}

    @Override
    public void look(long fromMs, Histogram latencies) throws SQLException {
        Map<String, Long> uncounted = probes.uncounted();
        if (uncounted.isEmpty()) {
            return;
        }
        if (System.currentTimeMillis() - Collections.min(uncounted.values()) > MAX_AGE.toMillis()) {
            throw new IllegalStateException("probes: expected each in PostgreSQL within " + MAX_AGE + ", found "
                    + uncounted.size() + " missing");
        }
        if (query == null) {
            query = connection.prepareStatement(QUERY);
        }
        query.setArray(1, connection.createArrayOf("timestamptz", lastMinutes()));
        try (ResultSet row = query.executeQuery()) {
            long now = System.currentTimeMillis();
            while (row.next()) {
                Long sentMs = uncounted.remove(row.getString(1));
                if (sentMs != null && sentMs >= fromMs) {
                    latencies.recordValue(now - sentMs);
                }
            }
        }
    }

    private static Timestamp[] lastMinutes() {
        long minute = Math.floorDiv(System.currentTimeMillis(), MINUTE_MS);
        Timestamp[] minutes = new Timestamp[MINUTES];
        for (int i = 0; i < MINUTES; i++) {
            minutes[i] = new Timestamp((minute - i) * MINUTE_MS);
        }
        return minutes;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
