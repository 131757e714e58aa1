package io.lightflow.lab.contest;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.OptionalLong;

/** Reads the statistics of a contestant. It uses one connection. */
final class StatisticsReader implements AutoCloseable {
    private static final int ROWS_PER_FETCH = 20_000;
    private static final int DIMENSIONS = 6;
    /** The contestant has not created the table yet. */
    private static final String UNDEFINED_TABLE = "42P01";

    private final Connection connection;
    private final StatisticsQueries queries;

    StatisticsReader(ContestServers servers, StatisticsQueries queries) throws SQLException {
        this.connection = servers.connect();
        this.queries = queries;
    }

    /** The totals so far; zeros before there is a table. */
    long[] totals() throws SQLException {
        long[] totals = new long[StatisticsDigest.COUNTS];
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(queries.totals())) {
            row.next();
            readCounts(row, 1, totals);
        } catch (SQLException e) {
            if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
                throw e;
            }
        }
        return totals;
    }

    /** When statistics were last committed, in ms since the Unix epoch; empty before the first commit. */
    OptionalLong lastCommitMs() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(queries.lastCommit())) {
            row.next();
            Timestamp last = row.getTimestamp(1);
            return last == null ? OptionalLong.empty() : OptionalLong.of(last.getTime());
        } catch (SQLException e) {
            if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
                throw e;
            }
            return OptionalLong.empty();
        }
    }

    StatisticsDigest digest() throws SQLException {
        StatisticsDigest digest = new StatisticsDigest();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_PER_FETCH);
            try (ResultSet row = statement.executeQuery(queries.minuteRows())) {
                String[] dimensions = new String[DIMENSIONS];
                long[] counts = new long[StatisticsDigest.COUNTS];
                while (row.next()) {
                    for (int i = 0; i < DIMENSIONS; i++) {
                        dimensions[i] = row.getString(2 + i);
                    }
                    readCounts(row, 2 + DIMENSIONS, counts);
                    digest.add(RowFingerprints.of(row.getLong(1), dimensions), counts);
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        return digest;
    }

    private static void readCounts(ResultSet row, int first, long[] counts) throws SQLException {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = row.getLong(first + i);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
