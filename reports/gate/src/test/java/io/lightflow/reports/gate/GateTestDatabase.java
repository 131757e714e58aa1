package io.lightflow.reports.gate;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.service.test.TestPostgres;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A schema with the statistics tables and their sink, in {@link TestPostgres}. */
final class GateTestDatabase implements AutoCloseable {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    final String schema = "gate_" + SCHEMAS.incrementAndGet();
    final String url = "jdbc:postgresql://127.0.0.1:" + TestPostgres.shared().getPort() + "/postgres";
    private final PostgresStatisticsSink sink;
    private Position position;

    GateTestDatabase() {
        PostgresSettings settings = new PostgresSettings(
                url, "postgres", "postgres", schema, 2, Duration.ofSeconds(5), Duration.ofSeconds(30));
        new PostgresSchema(settings).migrate();
        sink = new PostgresStatisticsSink(settings, "stats-counter", "us");
        position = sink.open(0);
    }

    BudgetGateSettings gateSettings() {
        return BudgetGateSettings.of(url, "postgres", "postgres").withSchema(schema);
    }

    /** Commits this spend, and as many impressions, with the current time. */
    void spend(String campaign, long micros) {
        long now = System.currentTimeMillis();
        Statistics statistics = new Statistics();
        Counts counts = statistics.minute(StatisticsKey.of(now / 60_000 * 60_000)
                .with(Dimension.CAMPAIGN, campaign)
                .with(Dimension.CREATIVE, "x")
                .with(Dimension.ADVERTISER, "a")
                .with(Dimension.EXCHANGE, "e")
                .with(Dimension.PUBLISHER, "p")
                .with(Dimension.COUNTRY, "DE")
                .with(Dimension.REGION, "BE")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, "EUR"));
        counts.impressions = micros;
        counts.spendMicros = micros;
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("us.joined.impressions", new TopicPosition(List.of(new Incarnation(1, position.txid() + 1)), now));
        Position next = new Position(topics, now, position.txid() + 1, Books.EMPTY);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, position, next)), statistics)));
        position = next;
    }

    void campaign(String id, String columns, String values) {
        execute("INSERT INTO campaign (id, advertiser, name, currency, " + columns + ") VALUES ('" + id
                + "', 'a', 'n', 'EUR', " + values + ")");
    }

    void execute(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(url + "?currentSchema=" + schema, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("Running " + sql + " failed", e);
        }
    }

    @Override
    public void close() {
        sink.close();
    }
}
