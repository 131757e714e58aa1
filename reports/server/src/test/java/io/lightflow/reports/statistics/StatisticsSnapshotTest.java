package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.postgres.StatisticsPruner;
import io.lightflow.topology.postgres.StatisticsRetention;
import io.lightflow.topology.postgres.StatisticsTotals;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** An answer is of one moment, and is none where rows are missing. */
class StatisticsSnapshotTest {
    private static final Instant BEGIN = Instant.parse("2026-01-30T00:00:00Z");
    private static final Instant WATERMARK = BEGIN.plus(Duration.ofHours(100));

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("StatisticsSnapshotTest: -Dseed=" + seed);
        return new Random(seed);
    }

    private static ReportsServer serve(ReportsTestDatabase database) {
        return new ReportsServer(ReportsSettings.of(0, database.settings())).start();
    }

    @Test
    void figureAndWatermarkAreOfOneSnapshotWhileStatisticsAreWritten() throws Exception {
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        int commits = 60;
        Instant edge = Instant.parse("2026-01-01T22:59:00Z");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (WrittenStatistics written = new WrittenStatistics(database);
                ReportsServer reports = serve(database)) {
            Random random = random();
            Future<?> writing = thread.submit(() -> {
                for (int i = 1; i <= commits; i++) {
                    Statistics statistics = new Statistics();
                    // Into a minute, an hour and two days of the window.
                    for (Duration after : List.of(
                            Duration.ZERO, Duration.ofMinutes(30), Duration.ofHours(12), Duration.ofHours(36))) {
                        RandomStatistics.add(statistics, edge.plus(after), 0, random);
                    }
                    statistics.minutes().values().forEach(counts -> counts.clicks = 1);
                    written.commit(statistics, edge.plusSeconds(i));
                }
            });
            TestClient asking = new TestClient(reports.url(), null);
            long last = 0;
            while (last < commits) {
                boolean done = writing.isDone();
                JsonNode answer = asking.get(
                        200, "/v1/ads/r0/aggregated_count?from=2026-01-01T22:59:00Z&to=2026-01-03T11:00:00Z");
                JsonNode time = answer.at("/as_of/watermark");
                last = time.isTextual()
                        ? Duration.between(edge, Instant.parse(time.asText())).toSeconds()
                        : 0;
                assertThat(answer.path("count").asLong()).isEqualTo(4 * last);
                if (done) {
                    writing.get();
                    assertThat(last).isEqualTo(commits);
                }
            }
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void edgesWhoseMinutesWereDroppedAreAProblemAndNotAGuess() throws Exception {
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        try (WrittenStatistics written = new WrittenStatistics(database);
                ReportsServer reports = serve(database)) {
            Random random = random();
            Statistics statistics = new Statistics();
            for (int hour = 0; hour < 24 * 70; hour++) {
                RandomStatistics.add(statistics, BEGIN.plus(Duration.ofMinutes(hour * 60 + 30)), 0, random);
            }
            written.commit(statistics, WATERMARK);
            Instant now = Instant.parse("2026-04-09T12:00:00Z");
            new StatisticsPruner(database.topologySettings())
                    .dropExpired(
                            new StatisticsRetention(
                                    Optional.of(Period.ofDays(3)), Optional.of(Period.ofMonths(1)), Optional.empty()),
                            now);
            TestClient asking = new TestClient(reports.url(), null);
            String path = "/v1/ads/r0/aggregated_count?metric=impressions&";

            JsonNode problem = asking.get(400, path + "from=2026-04-01T00:30:00Z&to=2026-04-09T00:00:00Z");
            assertThat(problem.at("/errors/0/parameter").asText()).isEqualTo("from");
            assertThat(problem.at("/errors/0/allowed").asText())
                    .isEqualTo(
                            "on a whole hour (UTC) or not before 2026-04-06T00:00:00Z: rows by the minute from before"
                                    + " 2026-04-06T00:00:00Z are not kept");
            assertThat(asking.get(400, path + "from=2026-02-10T05:00:00Z&to=2026-04-09T00:00:00Z")
                            .at("/errors/0/allowed")
                            .asText())
                    .startsWith("on a whole day (UTC) or not before 2026-03-01T00:00:00Z");
            asking.get(400, "/v1/campaigns/c0/series?step=minute&from=2026-04-05T23:59:00Z&to=2026-04-06T01:00:00Z");
            for (String from : List.of("2026-02-10T00:00:00Z", "2026-03-10T05:00:00Z", "2026-04-06T00:30:00Z")) {
                assertThat(asking.get(200, path + "from=" + from + "&to=2026-04-08T23:31:00Z")
                                .path("count")
                                .asLong())
                        .isEqualTo(written.sum(
                                counts -> counts.impressions,
                                key -> key.time() >= Instant.parse(from).toEpochMilli()
                                        && key.time()
                                                < Instant.parse("2026-04-08T23:31:00Z")
                                                        .toEpochMilli()));
            }
            try (StatisticsTotals totals = new StatisticsTotals(database.topologySettings())) {
                assertThat(totals.differences()).isEmpty();
            }
        }
    }

    @Test
    void regionsAreAskedForOnlyWhereTheyAreCounted() throws Exception {
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        try (WrittenStatistics written = new WrittenStatistics(database);
                ReportsServer reports = serve(database)) {
            Random random = random();
            Statistics statistics = new Statistics();
            for (int minute = 0; minute < 300; minute++) {
                RandomStatistics.add(statistics, BEGIN.plus(Duration.ofMinutes(minute)), 0, random);
            }
            written.commit(statistics, WATERMARK);
            // As the migration of a database does in which something was counted already.
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO stats_kept VALUES ('stats_geo_minute', '2026-01-30T01:10:00Z'),"
                        + " ('stats_geo_hour', '2026-01-30T02:00:00Z'), ('stats_geo_day', '2026-01-31T00:00:00Z')");
                statement.execute("DELETE FROM stats_geo_minute_data WHERE time < '2026-01-30T01:10:00Z'");
            }
            TestClient asking = new TestClient(reports.url(), null);
            String path = "/v1/ads/r0/aggregated_count?metric=impressions&to=2026-01-30T05:00:00Z&from=2026-01-30T";

            JsonNode problem = asking.get(400, path + "01:09:00Z&filter=region:1");
            assertThat(problem.at("/errors/0/allowed").asText())
                    .isEqualTo("on a whole hour (UTC) or not before 2026-01-30T01:10:00Z: rows by the minute and by"
                            + " region or data center from before 2026-01-30T01:10:00Z are not kept");
            asking.get(400, path + "01:00:00Z&filter=region:1");
            // Not of the hour without its first ten minutes, which are not there.
            assertThat(asking.get(200, path + "01:10:00Z&filter=region:1")
                            .path("count")
                            .asLong())
                    .isEqualTo(written.sum(
                            counts -> counts.impressions,
                            key -> key.get(Dimension.REGION).equals("1")
                                    && key.time()
                                            >= BEGIN.plus(Duration.ofMinutes(70))
                                                    .toEpochMilli()));
            // Countries were counted before, too, by another table.
            assertThat(asking.get(200, path + "01:00:00Z&filter=country:DE")
                            .path("count")
                            .asLong())
                    .isEqualTo(written.sum(
                            counts -> counts.impressions,
                            key -> key.get(Dimension.COUNTRY).equals("DE")
                                    && key.time()
                                            >= BEGIN.plus(Duration.ofMinutes(60))
                                                    .toEpochMilli()));
        }
    }
}
