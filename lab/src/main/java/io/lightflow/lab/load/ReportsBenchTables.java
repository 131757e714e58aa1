package io.lightflow.lab.load;

import io.lightflow.database.KeyTable;
import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Statistics tables that are filled faster than events could: minutes in the order of their key, all others to match.
 */
final class ReportsBenchTables {
    static final int CAMPAIGNS = 200;
    static final int ADS = 2_000;
    private static final int PLACES_OF_AN_AD = 5;
    static final int ROWS_A_MINUTE = ADS * PLACES_OF_AN_AD;
    static final int EXCHANGES = 6;
    static final int PUBLISHERS = 500;
    static final List<String> COUNTRIES = List.of("US", "CA", "MX", "GB", "DE", "FR", "JP", "BR");

    static final List<String> DATA_CENTERS = List.of("us-west", "us-east");

    static final int REGIONS_OF_A_COUNTRY = 20;
    private static final int ADVERTISERS = 40;
    static final List<String> DEVICES = List.of("desktop", "phone", "tablet");

    /** Days that have rows by the day only, as after the retention of minutes and hours, unless hours are wanted. */
    static final Duration OLDER = Duration.ofDays(90);

    private static final String SHARES = "impressions, clicks, conversions, 0, 0, 0, spend_micros, revenue_micros";

    /** Shorter than any month, which a partition of hours holds. */
    private static final Duration OLDER_PARTITIONS = Duration.ofDays(20);

    private final String jdbcUrl;
    private final PostgresSettings database;
    private final boolean olderHours;

    /**
     * @param postgres which runs
     * @param olderHours whether the older days also have rows by the hour
     */
    ReportsBenchTables(EmbeddedPostgresServer postgres, boolean olderHours) {
        this.olderHours = olderHours;
        jdbcUrl = postgres.jdbcUrl();
        database = new PostgresSettings(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + EmbeddedPostgresServer.DATABASE,
                EmbeddedPostgresServer.USER,
                "");
    }

    PostgresSettings database() {
        return database;
    }

    /** Where ads are shown, always the same; sorted as the key is. */
    static List<StatisticsKey> places() {
        Random random = new Random(1);
        List<StatisticsKey> places = new ArrayList<>();
        for (int i = 0; i < ROWS_A_MINUTE; i++) {
            int ad = i % ADS;
            int campaign = ad % CAMPAIGNS;
            // The publisher differs for each place of an ad.
            places.add(StatisticsKey.of(0)
                    .with(Dimension.CAMPAIGN, "campaign-" + campaign)
                    .with(Dimension.CREATIVE, "creative-" + ad)
                    .with(Dimension.ADVERTISER, "advertiser-" + campaign % ADVERTISERS)
                    .with(Dimension.EXCHANGE, "exchange-" + random.nextInt(EXCHANGES))
                    .with(
                            Dimension.PUBLISHER,
                            "publisher-" + (random.nextInt(PUBLISHERS / PLACES_OF_AN_AD) * PLACES_OF_AN_AD + i / ADS)
                                    + ".example")
                    .with(Dimension.COUNTRY, COUNTRIES.get(random.nextInt(COUNTRIES.size())))
                    .with(Dimension.REGION, "region-" + random.nextInt(REGIONS_OF_A_COUNTRY))
                    .with(Dimension.DEVICE, DEVICES.get(random.nextInt(DEVICES.size())))
                    .with(Dimension.DATA_CENTER, DATA_CENTERS.get(random.nextInt(DATA_CENTERS.size())))
                    .with(Dimension.CURRENCY, "USD"));
        }
        return places.stream().sorted().toList();
    }

    /**
     * Makes the tables, and fills minutes up to {@code end}, unless it was done before.
     *
     * @return up to when there are minutes
     */
    Instant fill(Instant end, Duration span) throws Exception {
        new PostgresSchema(database).migrate();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS reports_bench (filled_to timestamptz, minutes bigint)");
            try (ResultSet found = statement.executeQuery(
                    "SELECT extract(epoch FROM filled_to)::bigint, minutes FROM reports_bench")) {
                if (found.next()) {
                    if (found.getLong(2) != span.toMinutes()) {
                        throw new IllegalStateException("--data holds " + found.getLong(2) * ROWS_A_MINUTE
                                + " rows: give --rows " + found.getLong(2) * ROWS_A_MINUTE + " or another folder");
                    }
                    return Instant.ofEpochSecond(found.getLong(1));
                }
            }
            long begun = System.nanoTime();
            fill(connection, end.minus(span), end);
            statement.execute("INSERT INTO reports_bench VALUES (to_timestamp(" + end.getEpochSecond() + "), "
                    + span.toMinutes() + ")");
            statement.execute("CHECKPOINT");
            try (ResultSet size =
                    statement.executeQuery("SELECT pg_size_pretty(pg_database_size(current_database()))")) {
                size.next();
                System.out.printf(
                        "%,d minute rows in %s, filled in %.0f s%n",
                        span.toMinutes() * ROWS_A_MINUTE, size.getString(1), (System.nanoTime() - begun) / 1e9);
            }
        }
        return end;
    }

    private void fill(Connection connection, Instant from, Instant to) throws Exception {
        writePlaces(connection);
        makePartitions(from, to);
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<?>> days = new ArrayList<>();
            for (Instant day = from; day.isBefore(to); day = endOfDay(day)) {
                Instant begin = day;
                Instant end = endOfDay(day).isBefore(to) ? endOfDay(day) : to;
                days.add(threads.submit(() -> {
                    minutesOfDay(begin, end);
                    return null;
                }));
            }
            for (Future<?> day : days) {
                day.get();
            }
        } finally {
            threads.shutdownNow();
        }
        for (StatisticsTable table : StatisticsTable.values()) {
            if (table.stepMs() >= Statistics.HOUR_MS) {
                rollUp(connection, table, from, to);
                if (table.stepMs() == Statistics.DAY_MS || (table == StatisticsTable.HOUR && olderHours)) {
                    Instant firstDay = from.truncatedTo(ChronoUnit.DAYS);
                    rollUp(connection, table, firstDay.minus(OLDER).plus(1, ChronoUnit.DAYS), firstDay);
                }
                vacuum(connection, table.tableName());
            }
        }
    }

    private static Instant endOfDay(Instant time) {
        return time.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
    }

    private static void writePlaces(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE reports_bench_place ("
                    + Dimension.all().stream()
                            .map(dimension -> dimension.column() + " text COLLATE \"C\", ")
                            .collect(Collectors.joining())
                    + "impressions bigint, clicks bigint, conversions bigint, spend_micros bigint,"
                    + " revenue_micros bigint)");
        }
        Random random = new Random(2);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO reports_bench_place VALUES ("
                + "?, ".repeat(Dimension.all().size()) + "?, ?, ?, ?, ?)")) {
            for (StatisticsKey place : places()) {
                int column = 1;
                for (Dimension dimension : Dimension.all()) {
                    insert.setString(column++, place.get(dimension));
                }
                int impressions = 100 + random.nextInt(150);
                for (long count : new long[] {
                    impressions, impressions / 20, impressions / 100, impressions * 2_500L, impressions * 100_000L
                }) {
                    insert.setLong(column++, count);
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
        try (Statement statement = connection.createStatement()) {
            for (KeyTable keyTable : KeyTable.values()) {
                statement.execute("ALTER TABLE reports_bench_place ADD COLUMN " + keyTable.column() + " integer");
                number(statement, keyTable);
                vacuum(connection, keyTable.tableName());
            }
        }
        vacuum(connection, "reports_bench_place");
    }

    private static void number(Statement statement, KeyTable keyTable) throws SQLException {
        String values = String.join(", ", keyTable.valueColumns());
        statement.execute("INSERT INTO " + keyTable.tableName() + " (" + values + ") SELECT DISTINCT " + values
                + " FROM reports_bench_place ORDER BY " + values);
        statement.execute("UPDATE reports_bench_place p SET " + keyTable.column() + " = k.id FROM "
                + keyTable.tableName() + " k WHERE (p." + String.join(", p.", keyTable.valueColumns()) + ") = (k."
                + String.join(", k.", keyTable.valueColumns()) + ")");
    }

    /** By the sink itself, as it makes them for rows that come. */
    private void makePartitions(Instant from, Instant to) {
        Statistics statistics = new Statistics();
        for (Instant day = from.minus(OLDER); day.isBefore(from); day = day.plus(OLDER_PARTITIONS)) {
            firstOf(statistics, day);
        }
        for (Instant day = from; day.isBefore(to); day = endOfDay(day)) {
            firstOf(statistics, day);
        }
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(database, "reports-bench", "fill")) {
            ReportsBenchWriter.commit(sink, sink.open(0), to.toEpochMilli(), statistics);
        }
    }

    private static void firstOf(Statistics statistics, Instant day) {
        statistics.minute(StatisticsKey.of(day.toEpochMilli()).with(Dimension.CAMPAIGN, "first")).impressions = 1;
    }

    private void minutesOfDay(Instant from, Instant to) throws SQLException {
        String suffix =
                "_" + from.atOffset(ZoneOffset.UTC).toLocalDate().toString().replace("-", "");
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            for (StatisticsTable table : StatisticsTable.values()) {
                if (table.isOfMinutes()) {
                    statement.execute("INSERT INTO " + target(table, suffix) + " SELECT time, " + numbers(table) + ", "
                            + SHARES + " FROM " + minutes(from, to) + ", " + sums(table));
                    vacuum(connection, table.tableName() + suffix);
                } else if (table.stepMs() < Statistics.HOUR_MS) {
                    rollUp(connection, table, from, to);
                    vacuum(connection, table.tableName() + suffix);
                }
            }
            statement.execute("INSERT INTO stats_minute_events AS e SELECT time, (SELECT sum(impressions + clicks +"
                    + " conversions) FROM reports_bench_place) FROM " + minutes(from, to)
                    + " ON CONFLICT (time) DO UPDATE SET events = e.events + excluded.events");
        }
    }

    private static String minutes(Instant from, Instant to) {
        return "generate_series(to_timestamp(" + from.getEpochSecond() + "), to_timestamp(" + (to.getEpochSecond() - 60)
                + "), interval '1 minute') AS time";
    }

    /** Every minute has the same counts, so a longer time has as many times as much as it has minutes. */
    private static void rollUp(Connection connection, StatisticsTable table, Instant from, Instant to)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + target(table, "") + " SELECT step, " + numbers(table)
                    + ", n * impressions, n * clicks, n * conversions, 0, 0, 0, n * spend_micros, n * revenue_micros"
                    + " FROM (SELECT date_bin('" + table.stepMs()
                    + " milliseconds', time, '2000-01-01 00:00+00') AS step,"
                    + " count(*) AS n FROM " + minutes(from, to) + " GROUP BY 1) AS steps, " + sums(table)
                    + " ORDER BY step");
        }
    }

    /** The table, with the columns to fill. */
    private static String target(StatisticsTable table, String suffix) {
        return table.tableName() + suffix + " (" + table.columns() + ")";
    }

    private static String numbers(StatisticsTable table) {
        return table.cube().keyTables().stream().map(KeyTable::column).collect(Collectors.joining(", "));
    }

    /** The sums over all places of a minute, in the order of the key. */
    private static String sums(StatisticsTable table) {
        return "(SELECT " + numbers(table)
                + ", sum(impressions) AS impressions, sum(clicks) AS clicks, sum(conversions)"
                + " AS conversions, sum(spend_micros) AS spend_micros, sum(revenue_micros) AS revenue_micros FROM"
                + " reports_bench_place GROUP BY " + numbers(table) + " ORDER BY " + numbers(table) + ") AS sums";
    }

    /** As autovacuum does soon after rows have come. */
    private static void vacuum(Connection connection, String... tables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("VACUUM (ANALYZE) " + String.join(", ", tables));
        }
    }
}
