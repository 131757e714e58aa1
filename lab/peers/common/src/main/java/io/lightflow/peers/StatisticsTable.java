package io.lightflow.peers;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/**
 * Writes statistics: COPY into a temporary table, then one INSERT ... ON CONFLICT, in the caller's transaction. One
 * thread uses it.
 */
public final class StatisticsTable implements AutoCloseable {
    /** What happens to a row that exists. */
    public enum Mode {
        /** The counts are increments. */
        ADD,
        /** The counts are the newest totals. */
        REPLACE
    }

    private static final String KEY = "minute, campaign, creative, exchange, publisher, country, device";
    private static final String[] COUNTS = {"impressions", "clicks", "conversions", "spend_micros", "revenue_micros"};

    private final Connection connection;
    private final CopyManager copyManager;
    private final PreparedStatement merge;

    public StatisticsTable(String jdbcUrl, Mode mode) throws SQLException {
        connection = DriverManager.getConnection(jdbcUrl);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS stats (minute timestamptz NOT NULL, campaign text NOT NULL,"
                    + " creative text NOT NULL, exchange text NOT NULL, publisher text NOT NULL, country text NOT NULL,"
                    + " device text NOT NULL, impressions bigint NOT NULL, clicks bigint NOT NULL,"
                    + " conversions bigint NOT NULL, spend_micros bigint NOT NULL, revenue_micros bigint NOT NULL,"
                    + " PRIMARY KEY (" + KEY + "))");
            statement.execute("CREATE TEMPORARY TABLE changes (LIKE stats) ON COMMIT DELETE ROWS");
        }
        connection.setAutoCommit(false);
        copyManager = connection.unwrap(PGConnection.class).getCopyAPI();
        merge = connection.prepareStatement(
                "INSERT INTO stats SELECT * FROM changes ON CONFLICT (" + KEY + ") DO UPDATE SET "
                        + String.join(
                                ", ",
                                Arrays.stream(COUNTS)
                                        .map(column -> assignment(column, mode))
                                        .toList()));
    }

    private static String assignment(String column, Mode mode) {
        return column + " = " + (mode == Mode.ADD ? "stats." + column + " + " : "") + "EXCLUDED." + column;
    }

    /** The connection of the transaction, without auto-commit. */
    public Connection connection() {
        return connection;
    }

    /**
     * Writes rows without committing.
     *
     * @param rows by {@linkplain RowKeys key}
     */
    public void write(Map<String, RowCounts> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        String[] keys = rows.keySet().toArray(new String[0]);
        // Neighbors in the index are written together.
        Arrays.sort(keys);
        StringBuilder lines = new StringBuilder(keys.length * 110);
        for (String key : keys) {
            RowCounts counts = rows.get(key);
            lines.append(key)
                    .append('\t')
                    .append(counts.impressions)
                    .append('\t')
                    .append(counts.clicks)
                    .append('\t')
                    .append(counts.conversions)
                    .append('\t')
                    .append(counts.spendMicros)
                    .append('\t')
                    .append(counts.revenueMicros)
                    .append('\n');
        }
        byte[] data = lines.toString().getBytes(StandardCharsets.UTF_8);
        CopyIn copy = copyManager.copyIn("COPY changes FROM STDIN");
        copy.writeToCopy(data, 0, data.length);
        copy.endCopy();
        merge.executeUpdate();
    }

    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
