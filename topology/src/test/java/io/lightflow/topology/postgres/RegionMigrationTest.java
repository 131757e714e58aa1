package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.MORNING;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsCube;
import io.lightflow.statistics.Statistics;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts from before there were regions are never taken for complete. */
class RegionMigrationTest {
    @TempDir
    private static Path folder;

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = new PostgresServer(folder);
        server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tablesByRegionSayFromWhenOnTheyAreCompleteAndWritersOfTheVersionBeforeStop() {
        PostgresSettings settings = versionThree();
        server.execute(settings, "CREATE TABLE stats_minute_all PARTITION OF stats_minute DEFAULT");
        server.execute(
                settings,
                "INSERT INTO stats_minute SELECT '2013-06-05 08:17+00', 'c', 'x', 'a', 'e', 'p', 'DE', 'phone', 'USD',"
                        + " 1, 0, 0, 0, 0, 0, 5, 0");
        String open = "INSERT INTO ledger (topology, group_name, shard, epoch, position, txid, opened_at,"
                + " writer_version) VALUES ('stats-counter', 'us', 0, 1, 'v1|wm=-|tx=0', 0, now(), 2) ON CONFLICT"
                + " (topology, group_name, shard) DO UPDATE SET epoch = ledger.epoch + 1, writer_version = 2";
        server.execute(settings, open);

        PostgresServer.migrate(settings, "6");

        assertThat(kept(settings))
                .isEqualTo("stats_geo_day 2013-06-06 00:00, stats_geo_hour 2013-06-05 09:00,"
                        + " stats_geo_minute 2013-06-05 08:18");
        assertThat(server.query(settings, "SELECT epoch FROM ledger")).isEqualTo("3");
        assertThatThrownBy(() -> server.execute(settings, open))
                .rootCause()
                .hasMessageContaining("upgrade_stats_counter_to_write_here");
    }

    @Test
    void whatIsCountedAfterwardsIsCompared() {
        PostgresSettings settings = versionThree();
        server.execute(settings, "CREATE TABLE stats_minute_20130605 PARTITION OF stats_minute DEFAULT");
        server.execute(
                settings,
                "INSERT INTO stats_minute SELECT '2013-06-05 08:00+00', 'c', 'x', 'a', 'e', 'p', 'DE', 'phone', 'USD',"
                        + " 1, 0, 0, 0, 0, 0, 5, 0");
        new PostgresSchema(settings).migrate();
        Statistics statistics = new Statistics();
        StatisticsSamples.add(statistics, key(MORNING, 1), 1);
        StatisticsSamples.add(statistics, key(MORNING + Statistics.MINUTE_MS, 1), 1);
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(settings, "stats-counter", "us");
                StatisticsReader reader = new StatisticsReader(settings, "stats-counter")) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, statistics));

            HourOfStatistics.CubeHour geo =
                    reader.hour(Instant.ofEpochMilli(MORNING)).cubes().get(1);

            assertThat(geo.cube()).isEqualTo(StatisticsCube.GEO);
            assertThat(geo.hours()).isEmpty();
            assertThat(geo.notes())
                    .containsExactly(
                            "stats_geo_hour was not compared: it is complete from 2013-06-05T09:00:00Z on only",
                            "stats_geo_minute was not compared: it is complete from 2013-06-05T08:01:00Z on only");
        }
    }

    @Test
    void anEmptyDatabaseIsCompleteFromTheFirstEventOn() {
        PostgresSettings settings = versionThree();
        new PostgresSchema(settings).migrate();

        assertThat(kept(settings)).isNullOrEmpty();
    }

    private static PostgresSettings versionThree() {
        PostgresSettings settings = server.unmigrated(server.port());
        PostgresServer.migrate(settings, "3");
        return settings;
    }

    private static String kept(PostgresSettings settings) {
        return server.query(
                settings,
                "SELECT string_agg(table_name || ' ' || to_char(kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),"
                        + " ', ' ORDER BY table_name) FROM stats_kept WHERE table_name LIKE 'stats_geo%'");
    }
}
