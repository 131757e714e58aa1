package io.lightflow.lab.stock;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.task.IMetricsContext;
import org.apache.storm.topology.FailedException;
import org.apache.storm.trident.state.State;
import org.apache.storm.trident.state.StateFactory;
import org.apache.storm.trident.state.TransactionalValue;
import org.apache.storm.trident.state.map.IBackingMap;
import org.apache.storm.trident.state.map.TransactionalMap;

/**
 * A table in PostgreSQL behind Trident's {@link TransactionalMap}, which stores the txid with each count and skips
 * updates with the same txid. A batch is written in one transaction; if PostgreSQL fails, the batch fails, and Trident
 * replays it. Not thread-safe.
 */
@SuppressWarnings("rawtypes") // required by TransactionalMap
public final class CountTable implements IBackingMap<TransactionalValue> {
    /** Name of the table, which {@link #create} recreates before the topology is submitted. */
    public static final String NAME = "stock_counts";

    private static final String READ = """
            SELECT counted.txid, counted.count
            FROM unnest(?, ?) WITH ORDINALITY AS wanted (campaign, minute_ms, number)
            LEFT JOIN stock_counts counted USING (campaign, minute_ms)
            ORDER BY wanted.number
            """;
    private static final String WRITE = """
            INSERT INTO stock_counts (campaign, minute_ms, txid, count)
            SELECT * FROM unnest(?, ?, ?, ?)
            ON CONFLICT (campaign, minute_ms) DO UPDATE SET txid = excluded.txid, count = excluded.count
            """;

    private final String jdbcUrl;
    private Connection connection;

    private CountTable(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    /** Creates the state of a task. */
    static final class Factory implements StateFactory {
        private static final long serialVersionUID = 1L;

        private final String jdbcUrl;

        Factory(String jdbcUrl) {
            this.jdbcUrl = jdbcUrl;
        }

        @Override
        public State makeState(Map<String, Object> config, IMetricsContext metrics, int partition, int partitions) {
            return TransactionalMap.build(new CountTable(jdbcUrl));
        }
    }

    /** Recreates the table, empty. */
    public static void create(String jdbcUrl) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS stock_counts");
            statement.execute("""
                    CREATE TABLE stock_counts (
                        campaign text, minute_ms bigint, txid bigint NOT NULL, count bigint NOT NULL,
                        PRIMARY KEY (campaign, minute_ms))
                    """);
        }
    }

    /** All counts. */
    public static Map<CampaignMinute, Long> read(String jdbcUrl) throws SQLException {
        Map<CampaignMinute, Long> counts = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT campaign, minute_ms, count FROM stock_counts")) {
            while (row.next()) {
                counts.put(new CampaignMinute(row.getString(1), row.getLong(2)), row.getLong(3));
            }
        }
        return counts;
    }

    @Override
    public List<TransactionalValue> multiGet(List<List<Object>> keys) {
        try (PreparedStatement query = connected().prepareStatement(READ)) {
            query.setArray(1, array("text", keys.stream().map(key -> key.get(0)).toArray()));
            query.setArray(
                    2, array("bigint", keys.stream().map(key -> key.get(1)).toArray()));
            List<TransactionalValue> values = new ArrayList<>(keys.size());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Long txid = row.getObject(1, Long.class);
                    values.add(txid == null ? null : new TransactionalValue<>(txid, row.getLong(2)));
                }
            }
            connection.commit();
            return values;
        } catch (SQLException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void multiPut(List<List<Object>> keys, List<TransactionalValue> values) {
        try (PreparedStatement insert = connected().prepareStatement(WRITE)) {
            insert.setArray(
                    1, array("text", keys.stream().map(key -> key.get(0)).toArray()));
            insert.setArray(
                    2, array("bigint", keys.stream().map(key -> key.get(1)).toArray()));
            insert.setArray(
                    3,
                    array(
                            "bigint",
                            values.stream().map(TransactionalValue::getTxid).toArray()));
            insert.setArray(
                    4,
                    array(
                            "bigint",
                            values.stream().map(TransactionalValue::getVal).toArray()));
            insert.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            throw failed("written", e);
        }
    }

    private Array array(String type, Object[] elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    private Connection connected() throws SQLException {
        if (connection == null) {
            connection = DriverManager.getConnection(jdbcUrl);
            connection.setAutoCommit(false);
        }
        return connection;
    }

    private FailedException failed(String what, SQLException cause) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
        connection = null;
        return new FailedException("counts cannot be " + what + ": " + cause.getMessage(), cause);
    }
}
