package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.MORNING;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import org.junit.jupiter.api.Test;

/** Places of before have no browser and no operating system, and keep their numbers. */
class PlaceMigrationTest {
    private static final String OPEN = "INSERT INTO ledger (topology, group_name, shard, epoch, position, txid,"
            + " opened_at, writer_version) VALUES ('stats-counter', 'us', 0, 1, 'v1|wm=-|tx=0', 0, now(), 5) ON"
            + " CONFLICT (topology, group_name, shard) DO UPDATE SET epoch = ledger.epoch + 1, writer_version = 5";

    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.unmigrated(server.port());

    @Test
    void placesKeepTheirNumbers() {
        PostgresServer.migrate(settings, "11");
        StatisticsKey before = key(MORNING, 1);
        server.execute(
                settings,
                "INSERT INTO stats_place_key (exchange, publisher, country, device) VALUES ('"
                        + before.get(Dimension.EXCHANGE) + "', '" + before.get(Dimension.PUBLISHER) + "', '"
                        + before.get(Dimension.COUNTRY) + "', '" + before.get(Dimension.DEVICE) + "')");
        new PostgresSchema(settings).migrate();
        Statistics statistics = new Statistics();
        StatisticsSamples.add(statistics, before, 1);
        StatisticsSamples.add(statistics, before.with(Dimension.BROWSER, "Firefox"), 2);

        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(settings, "stats-counter", "us")) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, statistics));
        }

        assertThat(server.query(
                        settings,
                        "SELECT string_agg(browser || place || ':' || impressions, ' ' ORDER BY place)"
                                + " FROM stats_minute"))
                .isEqualTo("1:1 Firefox2:2");
    }

    @Test
    void writersOfTheVersionBeforeStop() {
        PostgresServer.migrate(settings, "11");
        server.execute(settings, OPEN);

        new PostgresSchema(settings).migrate();

        assertThat(server.query(settings, "SELECT epoch FROM ledger")).isEqualTo("2");
        assertThatThrownBy(() -> server.execute(settings, OPEN))
                .rootCause()
                .hasMessageContaining("upgrade_stats_counter_to_write_here");
    }
}
