package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.MORNING;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static io.lightflow.topology.postgres.StatisticsSamples.one;
import static io.lightflow.topology.postgres.StatisticsSamples.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink.Merging;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class StatisticsDeltaTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();

    private PostgresStatisticsSink sink(int maxCommitRows, int mergedRows) {
        return sink(settings, new Merging(maxCommitRows, mergedRows, NEVER, NEVER));
    }

    private static PostgresStatisticsSink sink(PostgresSettings settings, Merging merging) {
        return new PostgresStatisticsSink(settings, "stats-counter", "us", merging, Runnable::run);
    }

    @Test
    void everyTableHasTheSameFiguresAtEveryMomentHoweverRowsAreWritten() throws SQLException {
        long seed = Long.getLong("lightflow.seed", new Random().nextLong());
        Random random = new Random(seed);
        Statistics expected = new Statistics();
        boolean merged = false;
        boolean appended = false;
        try (PostgresStatisticsSink sink = sink(60, 150)) {
            sink.open(0);
            for (int i = 0; i < 12; i++) {
                int minute = i * 5;
                Statistics more = random(random, 1 + random.nextInt(100), minute, minute + 70, 40);
                more.minutes().forEach((key, counts) -> expected.minute(key).add(counts));
                // The watermark closes minutes, as those of the samples are 0 to 70 of the morning.
                sink.commit(commit(0, i * 400_000L, (i + 1) * 400_000L, more));

                for (StatisticsTable table : StatisticsTable.values()) {
                    assertThat(sums(table))
                            .as("%s after commit %s with -Dlightflow.seed=%s", table, i, seed)
                            .isEqualTo(table.cube().rolledUp(expected, table.stepMs()));
                }
                merged |= hasRows("stats_minute_data");
                appended |= hasRows("stats_delta");
            }
        }
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            assertThat(totals.differences()).as("-Dlightflow.seed=%s", seed).isEmpty();
        }
        assertThat(merged).as("merged, with -Dlightflow.seed=%s", seed).isTrue();
        assertThat(appended).as("appended, with -Dlightflow.seed=%s", seed).isTrue();
    }

    private boolean hasRows(String table) {
        return server.query(settings, "SELECT count(*) > 0 FROM " + table).equals("t");
    }

    private Map<StatisticsKey, Counts> sums(StatisticsTable table) throws SQLException {
        String columns = String.join(", ", table.cube().columns());
        Map<StatisticsKey, Counts> sums = new TreeMap<>();
        try (Connection connection = server.connect(settings);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT (extract(epoch FROM time) * 1000)::bigint, " + columns
                        + ", " + StatisticsTable.counts("sum(%1$s)") + " FROM " + table.viewName() + " GROUP BY time, "
                        + columns)) {
            while (found.next()) {
                sums.put(
                        table.cube().key(found.getLong(1), found, 2),
                        StatisticsTotals.counts(
                                found, 2 + table.cube().columns().size()));
            }
        }
        return sums;
    }

    @Test
    void rowsOfOpenMinutesStayAndAreSummedUp() {
        try (PostgresStatisticsSink sink = sink(100, 10)) {
            sink.open(0);
            for (int i = 0; i < 9; i++) {
                sink.commit(commit(0, i, i + 1, one(1)));
            }
            assertThat(server.query(settings, "SELECT count(*) FROM stats_minute_data"))
                    .isEqualTo("0");
            sink.commit(commit(0, 9, 2 * Statistics.MINUTE_MS, random(new Random(1), 3, 5, 6, 20)));
        }

        assertThat(server.query(settings, "SELECT sum(impressions) || ' in ' || count(*) FROM stats_minute_data"))
                .isEqualTo("9 in 1");
        assertThat(server.query(settings, "SELECT min(time) = '2013-06-05 08:05+00' FROM stats_delta"))
                .isEqualTo("t");
    }

    @Test
    void aShardWithoutAWatermarkHasClosedNoMinute() {
        Commit<Statistics> late = commit(0, 0, 1, one(1)).get(0);
        ShardMove move = late.moves().get(0);
        try (PostgresStatisticsSink sink = sink(100, 1)) {
            sink.open(0);
            Position next = move.next().withWatermark(Position.NO_TIME);
            sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, move.expected(), next)), late.output())));
        }

        assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_minute"))
                .isEqualTo("1");
    }

    @Test
    void aSnapshotDoesNotSeeTheMergeThatComesAfterIt() throws SQLException {
        try (PostgresStatisticsSink sink = sink(100, 3);
                Connection reader = server.connect(settings)) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, one(1)));
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(impressions(reader)).isEqualTo(1);

            for (int i = 1; i < 9; i++) {
                long to = i * 2 * Statistics.MINUTE_MS;
                sink.commit(commit(0, i == 1 ? 10 : to - 2 * Statistics.MINUTE_MS, to, one(1)));
            }

            assertThat(server.query(settings, "SELECT sum(impressions) > 1 FROM stats_minute_data"))
                    .isEqualTo("t");
            assertThat(impressions(reader)).isEqualTo(1);
            reader.rollback();
            assertThat(impressions(reader)).isEqualTo(9);
        }
    }

    private static long impressions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT sum(impressions) FROM stats_day")) {
            found.next();
            return found.getLong(1);
        }
    }

    @Test
    void writersThatMergeAtTheSameTimeCountEveryEventOnce() throws Exception {
        int commits = 30;
        ExecutorService writers = Executors.newFixedThreadPool(3);
        try {
            CyclicBarrier together = new CyclicBarrier(3);
            List<Future<?>> done = List.of(0, 1, 2).stream()
                    .<Future<?>>map(shard -> writers.submit(() -> {
                        Random random = new Random(shard);
                        try (PostgresStatisticsSink sink = sink(shard == 2 ? 0 : 1_000, 20 + shard)) {
                            sink.open(shard);
                            together.await();
                            for (int i = 0; i < commits; i++) {
                                sink.commit(commit(
                                        shard, i * 60_000L, (i + 1) * 60_000L, random(random, 10, 0, commits, 30)));
                            }
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> writer : done) {
                writer.get();
            }
        } finally {
            writers.shutdownNow();
        }

        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            assertThat(totals.all().impressions).isEqualTo(3L * commits * 10);
            assertThat(totals.differences()).isEmpty();
        }
    }

    @Test
    void aMergeBeyond64BitsIsExact() {
        Counts expected = new Counts();
        try (PostgresStatisticsSink sink = sink(100, 3)) {
            sink.open(0);
            for (int i = 0; i < 6; i++) {
                Statistics statistics = new Statistics();
                Counts counts = statistics.minute(key(MORNING, 1));
                counts.impressions = 1;
                counts.spendMicros = i == 0 ? Long.MAX_VALUE : 5;
                expected.add(counts);
                sink.commit(commit(0, i * 100_000L, (i + 1) * 100_000L, statistics));
            }
        }

        assertThat(expected.hasCarry()).isTrue();
        assertThat(server.query(settings, "SELECT count(*) FROM stats_delta")).isIn("0", "1", "2");
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            assertThat(totals.all()).isEqualTo(expected);
            assertThat(totals.differences()).isEmpty();
        }
    }

    @Test
    void aPartitionThatWasDroppedIsMadeAgainByTheMerge() {
        try (PostgresStatisticsSink sink = sink(100, 2)) {
            sink.open(0);
            sink.commit(commit(0, 0, 100_000, new Statistics()));
            sink.commit(commit(0, 100_000, 200_000, one(1)));
            server.execute(settings, "DROP TABLE stats_minute_data_20130605");

            sink.commit(commit(0, 200_000, 300_000, one(1)));
        }

        assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_minute_data"))
                .isEqualTo("2");
    }

    @Test
    void aMergeThatFailsIsNoFailureOfTheCommitAndIsTriedAgain() throws SQLException {
        PostgresSettings impatient = new PostgresSettings(
                settings.jdbcUrl(),
                settings.user(),
                settings.password(),
                settings.schema(),
                1,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1));
        try (PostgresStatisticsSink sink = sink(impatient, new Merging(100, 2, NEVER, Duration.ZERO));
                Connection other = server.connect(settings)) {
            sink.open(0);
            sink.commit(commit(0, 0, 100_000, one(1)));
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("LOCK TABLE stats_hour_data IN EXCLUSIVE MODE");
            }

            sink.commit(commit(0, 100_000, 200_000, one(1)));
            sink.commit(commit(0, 200_000, 300_000, one(1)));

            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour"))
                    .isEqualTo("3");
            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_minute_data"))
                    .isEqualTo("1");
            other.rollback();
            sink.commit(commit(0, 300_000, 400_000, one(1)));
            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour_data"))
                    .isEqualTo("4");
        }
    }

    @Test
    void mergesThatPostgresRefusesFailNoCommitAndAreReportedOnce() {
        refuseMerges();
        try (LogCapture log = new LogCapture(MergeSchedule.class);
                PostgresStatisticsSink sink = sink(settings, new Merging(100, 1, NEVER, Duration.ZERO))) {
            sink.open(0);
            sink.commit(commit(0, 0, 100_000, one(1)));
            sink.commit(commit(0, 100_000, 200_000, one(1)));

            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour"))
                    .isEqualTo("2");
            assertThat(server.query(settings, "SELECT count(*) FROM stats_hour_data"))
                    .isEqualTo("0");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("WARN ")
                    .contains("no merge today");

            server.execute(settings, "DROP TRIGGER refuse ON stats_hour_data");
            sink.commit(commit(0, 200_000, 300_000, one(1)));
            sink.commit(commit(0, 300_000, 400_000, one(1)));

            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour_data"))
                    .isEqualTo("4");
            assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO ");
        }
    }

    @Test
    void aMergeThatFailedIsTriedAgainAfterAPause() {
        refuseMerges();
        try (PostgresStatisticsSink sink = sink(settings, new Merging(100, 1, NEVER, NEVER))) {
            sink.open(0);
            sink.commit(commit(0, 0, 100_000, one(1)));
            server.execute(settings, "DROP TRIGGER refuse ON stats_hour_data");
            sink.commit(commit(0, 100_000, 200_000, one(1)));

            assertThat(server.query(settings, "SELECT count(*) FROM stats_hour_data"))
                    .isEqualTo("0");
        }
        try (PostgresStatisticsSink next = sink(settings, new Merging(100, 1, NEVER, NEVER))) {
            next.open(0);
            next.commit(commit(0, 200_000, 300_000, one(1)));
        }

        assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour_data"))
                .isEqualTo("3");
    }

    @Test
    void noCommitWaitsForAMerge() throws Exception {
        ExecutorService merger = Executors.newSingleThreadExecutor();
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(
                        settings, "stats-counter", "us", new Merging(100, 2, NEVER, NEVER), merger);
                Connection other = server.connect(settings)) {
            sink.open(0);
            sink.commit(commit(0, 0, 100_000, new Statistics()));
            merger.submit(() -> {}).get();
            sink.commit(commit(0, 100_000, 200_000, one(1)));
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("SELECT 1 FROM stats_delta FOR UPDATE");
            }

            for (int i = 2; i < 6; i++) {
                sink.commit(commit(0, i * 100_000L, (i + 1) * 100_000L, one(1)));
            }

            assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour"))
                    .isEqualTo("5");
            assertThat(server.query(settings, "SELECT count(*) FROM stats_hour_data"))
                    .isEqualTo("0");
            other.rollback();
        } finally {
            merger.shutdown();
        }
        // Closing has waited for the merge that began with the second row.
        assertThat(server.query(settings, "SELECT sum(impressions) >= 2 FROM stats_hour_data"))
                .isEqualTo("t");
        assertThat(server.query(settings, "SELECT sum(impressions) FROM stats_hour"))
                .isEqualTo("5");
    }

    private void refuseMerges() {
        server.execute(
                settings,
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
                        + " AS $$ BEGIN RAISE EXCEPTION 'no merge today'; END $$");
        server.execute(
                settings,
                "CREATE TRIGGER refuse BEFORE INSERT ON stats_hour_data FOR EACH STATEMENT EXECUTE FUNCTION refuse()");
    }
}
