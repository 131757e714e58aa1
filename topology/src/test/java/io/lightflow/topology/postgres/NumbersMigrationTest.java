package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.VersionOne.Key;
import io.lightflow.topology.postgres.VersionOne.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics that were stored as texts say the same as numbers, and go on to be added to. */
class NumbersMigrationTest {
    private final PostgresServer server = PostgresServer.shared();
    private final Random random;
    private final VersionOne old;

    NumbersMigrationTest() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("NumbersMigrationTest: -Dseed=" + seed);
        random = new Random(seed);
        old = new VersionOne(server, random);
    }

    /** @param sessionZone in which the migration runs */
    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Kathmandu"})
    void everyTableSaysWhatItSaidAndIsAddedTo(String sessionZone) throws SQLException {
        fill();
        Map<StatisticsTable, Map<StatisticsKey, Counts>> expected = readAll();
        Map<StatisticsTable, String> columns = columns();
        String kept = kept();

        old.migrate("6", sessionZone);

        assertSame(expected);
        assertThat(kept()).isEqualTo(kept);
        columns().forEach((table, now) -> assertThat(now).startsWith(columns.get(table)));
        assertPartitionsAreAsTheSinkMakesThem();

        new PostgresSchema(old.settings).migrate();
        assertEventsOfMinutesAreCounted();
        Statistics added = someMore();
        PostgresStatisticsSink.Merging never =
                new PostgresStatisticsSink.Merging(0, 1, Duration.ofDays(1), Duration.ofMinutes(1));
        try (PostgresStatisticsSink sink =
                new PostgresStatisticsSink(old.settings, "stats-counter", "us", never, Runnable::run)) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, added));
        }
        expected.forEach((table, rows) -> table.cube()
                .rolledUp(added, table.stepMs())
                .forEach((key, counts) ->
                        rows.computeIfAbsent(key, absent -> new Counts()).add(counts)));
        assertSame(expected);
        assertEventsOfMinutesAreCounted();
    }

    private void assertEventsOfMinutesAreCounted() {
        assertThat(server.query(
                        old.settings,
                        "SELECT count(*) FROM stats_minute_events FULL JOIN (SELECT time, sum(impressions + clicks"
                                + " + conversions + invalid_impressions + invalid_clicks + invalid_conversions) AS sum"
                                + " FROM stats_minute GROUP BY time) AS minutes USING (time)"
                                + " WHERE events IS DISTINCT FROM sum"))
                .isEqualTo("0");
        assertThat(server.query(old.settings, "SELECT count(*) > 10 FROM stats_minute_events"))
                .isEqualTo("t");
    }

    @Test
    void aWriterOfTheVersionBeforeCannotGoOn() {
        PostgresServer.migrate(old.settings, "5");
        String open = "INSERT INTO ledger (topology, group_name, shard, epoch, position, txid, opened_at,"
                + " writer_version) VALUES ('stats-counter', 'us', 0, 1, 'v1|wm=-|tx=0', 0, now(), 3) ON CONFLICT"
                + " (topology, group_name, shard) DO UPDATE SET epoch = ledger.epoch + 1, writer_version = 3";
        server.execute(old.settings, open);

        PostgresServer.migrate(old.settings, "6");

        assertThat(server.query(old.settings, "SELECT epoch FROM ledger")).isEqualTo("2");
        assertThatThrownBy(() -> server.execute(old.settings, open))
                .rootCause()
                .hasMessageContaining("upgrade_stats_counter_to_write_here");
    }

    /** A database of version 5, some of whose ads have numbers already, for their rows by region. */
    private void fill() throws SQLException {
        old.count(ZonedDateTime.now(ZoneOffset.UTC));
        for (Table table : Table.values()) {
            old.write(table, LocalDate.MIN);
        }
        PostgresServer.migrate(old.settings, "5");
        server.execute(
                old.settings,
                "INSERT INTO stats_ad_key (campaign, creative, advertiser, currency) SELECT DISTINCT campaign,"
                        + " creative, advertiser, currency FROM stats_day WHERE creative <> 'ad ''1'");
        server.execute(
                old.settings,
                "INSERT INTO stats_geo_key (country, region, data_center) SELECT country, region, 'us' FROM (VALUES"
                        + " ('FR'), ('DE')) AS c (country), (VALUES ('r2'), ('r1')) AS r (region)");
        for (String step : List.of("minute", "hour", "day")) {
            server.execute(old.settings, """
                    DO $$ DECLARE p record; BEGIN
                        FOR p IN SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
                            JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'stats_%1$s'::regclass LOOP
                            EXECUTE format('CREATE TABLE %%I PARTITION OF stats_geo_%1$s_data %%s'
                                ' WITH (fillfactor = %2$s)',
                                replace(p.relname, 'stats_%1$s', 'stats_geo_%1$s_data'), p.bound);
                        END LOOP;
                    END $$;
                    INSERT INTO stats_geo_%1$s_data
                    SELECT time, g.id, a.id, %3$s FROM stats_%1$s JOIN stats_geo_key g USING (country)
                    JOIN stats_ad_key a USING (campaign, creative, advertiser, currency) GROUP BY 1, 2, 3
                    """.formatted(
                            step, step.equals("minute") ? 90 : 50, StatisticsTable.counts("sum(%1$s)")));
        }
    }

    /** Of rows that are there, and of ones that are not. */
    private Statistics someMore() {
        List<Key> rows = new ArrayList<>(old.counted.keySet());
        Statistics more = new Statistics();
        for (int i = 0; i < 500; i++) {
            Key row = rows.get(random.nextInt(rows.size()));
            StatisticsSamples.add(
                    more,
                    StatisticsKey.of(row.time() + random.nextInt(2) * VersionOne.MINUTE_MS)
                            .with(Dimension.CAMPAIGN, row.campaign())
                            .with(Dimension.CREATIVE, row.creative())
                            .with(Dimension.ADVERTISER, row.advertiser())
                            .with(Dimension.EXCHANGE, row.exchange())
                            .with(Dimension.PUBLISHER, random.nextInt(9) == 0 ? "another" : row.publisher())
                            .with(Dimension.COUNTRY, row.country())
                            .with(Dimension.REGION, "r" + random.nextInt(4))
                            .with(Dimension.DEVICE, row.device())
                            .with(Dimension.DATA_CENTER, "us")
                            .with(Dimension.CURRENCY, row.currency()),
                    1 + random.nextInt(9));
        }
        return more;
    }

    private Map<StatisticsTable, Map<StatisticsKey, Counts>> readAll() throws SQLException {
        Map<StatisticsTable, Map<StatisticsKey, Counts>> all = new EnumMap<>(StatisticsTable.class);
        try (Connection connection = server.connect(old.settings);
                Statement statement = connection.createStatement()) {
            for (StatisticsTable table : StatisticsTable.values()) {
                Map<StatisticsKey, Counts> rows = new TreeMap<>();
                try (ResultSet found = statement.executeQuery(
                        "SELECT *, (extract(epoch FROM time) * 1000)::bigint AS ms FROM " + table.viewName())) {
                    int firstCount = found.findColumn(StatisticsTable.COUNT_COLUMNS.get(0));
                    List<String> columns = columns(found);
                    while (found.next()) {
                        StatisticsKey key = StatisticsKey.of(found.getLong("ms"));
                        for (Dimension dimension : table.cube().dimensions()) {
                            // A dimension that is younger than the table is empty.
                            if (columns.contains(dimension.column())) {
                                key = key.with(dimension, found.getString(dimension.column()));
                            }
                        }
                        assertThat(rows.put(key, StatisticsTotals.counts(found, firstCount)))
                                .isNull();
                    }
                }
                assertThat(rows).as(table.viewName()).isNotEmpty();
                all.put(table, rows);
            }
        }
        return all;
    }

    private static List<String> columns(ResultSet found) throws SQLException {
        List<String> columns = new ArrayList<>();
        for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
            columns.add(found.getMetaData().getColumnName(column));
        }
        return columns;
    }

    /** Shows differences only: tables are long. */
    private void assertSame(Map<StatisticsTable, Map<StatisticsKey, Counts>> expected) throws SQLException {
        readAll().forEach((table, found) -> {
            assertThat(found.entrySet().stream()
                            .filter(row ->
                                    !row.getValue().equals(expected.get(table).get(row.getKey())))
                            .limit(5))
                    .as(table.viewName() + " has, and must not have")
                    .isEmpty();
            assertThat(found).hasSameSizeAs(expected.get(table));
        });
    }

    private Map<StatisticsTable, String> columns() {
        Map<StatisticsTable, String> columns = new EnumMap<>(StatisticsTable.class);
        for (StatisticsTable table : StatisticsTable.values()) {
            columns.put(
                    table,
                    server.query(
                            old.settings,
                            "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position)"
                                    + " FROM information_schema.columns WHERE table_schema = current_schema()"
                                    + " AND table_name = '" + table.viewName() + "'"));
        }
        return columns;
    }

    private String kept() {
        return server.query(old.settings, "SELECT string_agg(k::text, ' ' ORDER BY k::text) FROM stats_kept k");
    }

    private void assertPartitionsAreAsTheSinkMakesThem() {
        for (StatisticsTable table : StatisticsTable.values()) {
            assertThat(server.query(
                            old.settings,
                            "SELECT string_agg(DISTINCT reloptions[1] || ': ' || (SELECT string_agg(replace(substring("
                                    + "pg_get_indexdef(indexrelid) FROM '[(].*[)]'), '\"', ''), ' and ') FROM pg_index"
                                    + " WHERE indrelid = c.oid), ' or ') FROM pg_inherits JOIN pg_class c ON c.oid ="
                                    + " inhrelid WHERE inhparent = '" + table.tableName() + "'::regclass"))
                    .as(table.tableName())
                    .isEqualTo(
                            "fillfactor=" + table.fillFactor() + ": (" + String.join(", ", table.keyColumns()) + ")");
        }
    }
}
