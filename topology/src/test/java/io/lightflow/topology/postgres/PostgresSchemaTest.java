package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.statistics.Statistics;
import java.time.Instant;
import java.time.Period;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PostgresSchemaTest {
    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();
    private final PostgresSchema schema = new PostgresSchema(settings);

    @Test
    void migratingAgainChangesNothing() {
        schema.migrate();

        assertThat(server.query(settings, "SELECT count(*) FROM lightflow_statistics_migrations WHERE version = '1'"))
                .isEqualTo("1");
    }

    @Test
    void theSchemaMayHoldTablesOfOthers() {
        PostgresSettings settings = server.unmigrated(server.port());
        server.execute(settings, "CREATE SCHEMA " + settings.schema());
        server.execute(settings, "CREATE TABLE " + settings.schema() + ".subject (id integer)");

        new PostgresSchema(settings).migrate();

        assertThat(server.query(settings, "SELECT count(*) FROM ledger")).isEqualTo("0");
    }

    @Test
    void severalMayMigrateAtOnce() throws Exception {
        ExecutorService processes = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 5; round++) {
                PostgresSettings settings = server.unmigrated(server.port());
                server.execute(settings, "CREATE SCHEMA " + settings.schema());
                server.execute(settings, "CREATE TABLE " + settings.schema() + ".subject (id integer)");
                CyclicBarrier together = new CyclicBarrier(4);
                Callable<Void> migrate = () -> {
                    together.await();
                    new PostgresSchema(settings).migrate();
                    return null;
                };

                for (Future<Void> done : processes.invokeAll(Collections.nCopies(4, migrate))) {
                    done.get();
                }

                assertThat(server.query(
                                settings, "SELECT count(*) FROM lightflow_statistics_migrations WHERE version = '1'"))
                        .isEqualTo("1");
            }
        } finally {
            processes.shutdownNow();
        }
    }

    @Test
    void onlyPartitionsWhollyPastTheirRetentionAreDropped() {
        Statistics statistics = new Statistics();
        for (String time : new String[] {
            "2012-12-31T23:59:00Z", "2013-05-31T10:00:00Z", "2013-06-04T23:59:00Z", "2013-06-05T00:00:00Z"
        }) {
            StatisticsSamples.add(statistics, key(Instant.parse(time).toEpochMilli(), 1), 1);
        }
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(settings, "stats-counter", "us")) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, statistics));
        }
        Instant now = Instant.parse("2013-06-12T23:00:00Z");

        assertThat(new StatisticsPruner(settings).dropExpired(StatisticsRetention.KEEP_ALL, now))
                .isEmpty();
        assertThat(new StatisticsPruner(settings)
                        .dropExpired(
                                new StatisticsRetention(
                                        Optional.of(Period.ofDays(7)),
                                        Optional.of(Period.ofMonths(1)),
                                        Optional.of(Period.ofYears(1))),
                                now))
                .containsExactly(
                        "stats_minute_data_20121231",
                        "stats_minute_data_20130531",
                        "stats_minute_data_20130604",
                        "stats_creative_minute_data_20121231",
                        "stats_creative_minute_data_20130531",
                        "stats_creative_minute_data_20130604",
                        "stats_creative_ten_minutes_data_20121231",
                        "stats_creative_ten_minutes_data_20130531",
                        "stats_creative_ten_minutes_data_20130604",
                        "stats_hour_data_201212",
                        "stats_geo_minute_data_20121231",
                        "stats_geo_minute_data_20130531",
                        "stats_geo_minute_data_20130604",
                        "stats_geo_hour_data_201212");

        assertThat(server.query(
                        settings,
                        "SELECT string_agg(table_name || ' ' || (kept_from AT TIME ZONE 'UTC')::date, ', '"
                                + " ORDER BY table_name) FROM stats_kept"))
                .isEqualTo("stats_creative_minute 2013-06-05, stats_creative_ten_minutes 2013-06-05,"
                        + " stats_geo_hour 2013-05-01, stats_geo_minute 2013-06-05, stats_hour 2013-05-01,"
                        + " stats_minute 2013-06-05");
        assertThat(server.query(settings, "SELECT count(*) FROM stats_minute")).isEqualTo("1");
        assertThat(server.query(settings, "SELECT count(*) FROM stats_hour")).isEqualTo("3");
        assertThat(server.query(settings, "SELECT count(*) FROM stats_day")).isEqualTo("4");
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            assertThat(totals.differences()).isEmpty();
        }
    }

    @Test
    void settingsHideThePasswordAndRefuseWhatCannotBe() {
        assertThat(new PostgresSettings("jdbc:postgresql://127.0.0.1/a", "u", "hidden").toString())
                .contains("user=u")
                .doesNotContain("hidden");
        assertThatThrownBy(() -> new PostgresSettings("jdbc:postgresql://127.0.0.1/a?password=hidden", "u", ""))
                .hasMessageContaining("jdbcUrl must not hold the password")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> new PostgresSettings("jdbc:mysql://127.0.0.1/a", "u", ""))
                .hasMessageContaining("jdbcUrl must begin with jdbc:postgresql:");
        assertThatThrownBy(() -> new StatisticsRetention(Optional.of(Period.ZERO), Optional.empty(), Optional.empty()))
                .hasMessage("the retention of the minute table must be at least 1d, found 0d");
    }
}
