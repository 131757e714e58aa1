package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.at;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static io.lightflow.topology.postgres.StatisticsSamples.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Budgets are exact as of the ledger, and whoever listens hears of the commit that used one up. */
class CampaignBudgetTest {
    private static final int ANSWER_MS = 5_000;

    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();
    private final PostgresStatisticsSink sink = new PostgresStatisticsSink(settings, "stats-counter", "us");

    @AfterEach
    void close() {
        sink.close();
    }

    @Test
    void invariantA_theSumsByCampaignAreThoseOfTheDaysWhateverShardsCommitTogether() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        int writers = 3;
        CyclicBarrier barrier = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int shard = w;
                results.add(threads.submit(() -> {
                    Random random = new Random(seed + shard);
                    try (PostgresStatisticsSink own = new PostgresStatisticsSink(settings, "stats-counter", "us")) {
                        own.open(shard);
                        for (int i = 0; i < 4; i++) {
                            barrier.await();
                            Statistics statistics = random(random, 2_000, i * 10, i * 10 + 25, 600);
                            own.commit(commit(shard, i * 10L, i * 10L + 10, statistics));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(server.query(settings, "SELECT sum(impressions) FROM campaign_total"))
                .isEqualTo("24000");
        assertThat(differences("campaign, currency, spend_micros, impressions, clicks FROM campaign_total", """
                        campaign, currency, sum(spend_micros)::bigint, sum(impressions)::bigint, sum(clicks)::bigint
                        FROM stats_day GROUP BY 1, 2"""))
                .isEqualTo("0");
        assertThat(differences("campaign, currency, time, spend_micros FROM campaign_spend WHERE minutes = 15", """
                        campaign, currency, date_bin('15 minutes', time, '2000-01-01 00:00+00'),
                            sum(spend_micros)::bigint
                        FROM stats_minute GROUP BY 1, 2, 3"""))
                .isEqualTo("0");
        assertThat(differences("campaign, currency, time, spend_micros FROM campaign_spend WHERE minutes = 60", """
                        campaign, currency, date_trunc('hour', time), sum(spend_micros)::bigint
                        FROM stats_minute GROUP BY 1, 2, 3"""))
                .isEqualTo("0");
    }

    private String differences(String one, String other) {
        return server.query(
                settings,
                "SELECT count(*) FROM ((SELECT " + one + " EXCEPT SELECT " + other + ") UNION ALL (SELECT " + other
                        + " EXCEPT SELECT " + one + ")) d");
    }

    @Test
    void todayBeginsAtMidnightOfTheCampaignsOwnTimeZone() {
        campaign("campaign-1", "daily_budget_micros, time_zone", "1000, 'Asia/Kolkata'");
        campaign("campaign-2", "daily_budget_micros, time_zone", "1000, 'Asia/Kathmandu'");
        campaign("campaign-3", "daily_budget_micros, time_zone", "1000, 'America/New_York'");
        Statistics statistics = new Statistics();
        spend(statistics, 1, "2026-03-07T18:29:00Z", 1); // 23:59 in Kolkata
        spend(statistics, 1, "2026-03-07T18:30:00Z", 10); // 00:00
        spend(statistics, 1, "2026-03-08T18:29:00Z", 20); // 23:59
        spend(statistics, 1, "2026-03-08T18:30:00Z", 100);
        spend(statistics, 2, "2026-03-07T18:14:00Z", 1); // 23:59 in Kathmandu
        spend(statistics, 2, "2026-03-07T18:15:00Z", 10);
        // A day of 23 hours.
        spend(statistics, 3, "2026-03-08T04:59:00Z", 1);
        spend(statistics, 3, "2026-03-08T05:00:00Z", 10);
        spend(statistics, 3, "2026-03-09T03:59:00Z", 20);
        spend(statistics, 3, "2026-03-09T04:00:00Z", 100);
        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        String today = "SELECT spent_today_micros || ' ' || remaining_today_micros || ' ' || spent_micros"
                + " FROM campaign_budget_at('2026-03-08T10:00:00Z') WHERE campaign = 'campaign-%d'";
        assertThat(server.query(settings, today.formatted(1))).isEqualTo("90 910 393");
        assertThat(server.query(settings, today.formatted(2))).isEqualTo("30 970 33");
        assertThat(server.query(settings, today.formatted(3))).isEqualTo("90 910 393");
        assertThat(server.query(
                        settings,
                        "SELECT day_ends_at - day_starts_at FROM campaign_budget_at('2026-03-08T10:00:00Z')"
                                + " WHERE campaign = 'campaign-3'"))
                .isEqualTo("23:00:00");

        StatisticsPruner pruner = new StatisticsPruner(settings);
        assertThat(pruner.deleteOldSpend(Instant.parse("2026-03-15T18:15:00Z"))).isEqualTo(3);
        assertThat(server.query(settings, today.formatted(2))).isEqualTo("30 970 33");
    }

    @Test
    void anEvenPaceRisesInAStraightLine() {
        campaign("campaign-1", "daily_budget_micros, pacing", "2400, 'even'");
        campaign(
                "campaign-2",
                "total_budget_micros, pacing, starts_at, ends_at",
                "1000, 'even', '2026-03-01T00:00:00Z', '2026-03-11T00:00:00Z'");
        campaign(
                "campaign-3",
                "goal_metric, goal_count, pacing, starts_at, ends_at",
                "'impressions', 100, 'even', '2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z'");
        campaign(
                "campaign-4",
                "daily_budget_micros, pacing, starts_at, ends_at",
                "1000, 'even', '2026-03-08T09:00:00Z', '2026-03-08T11:00:00Z'");
        campaign("campaign-5", "daily_budget_micros", "2400");
        Statistics statistics = new Statistics();
        spend(statistics, 3, "2026-03-08T00:00:00Z", 7);
        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        assertThat(pace(1)).isEqualTo("day 1000 of 2400, 0");
        assertThat(pace(2)).isEqualTo("total 741 of 1000, 0");
        assertThat(pace(3)).isEqualTo("goal 41 of 100, 7");
        assertThat(pace(4)).isEqualTo("day 500 of 1000, 0");
        assertThat(pace(5)).isNull();
    }

    private String pace(int campaign) {
        return server.query(
                settings,
                "SELECT pace_of || ' ' || pace_line || ' of ' || pace_amount || ', ' || pace_actual"
                        + " FROM campaign_budget_at('2026-03-08T10:00:00Z') WHERE campaign = 'campaign-" + campaign
                        + "'");
    }

    @Test
    void theCommitThatUsesUpABudgetIsHeardOfOnce() throws SQLException {
        campaign("campaign-1", "total_budget_micros", "30");
        campaign("campaign-2", "daily_budget_micros", "30");
        campaign("campaign-3", "goal_metric, goal_count", "'impressions', 10");
        campaign("campaign-4", "total_budget_micros", "1000000");
        sink.open(0);
        try (Connection listener = server.connect(settings);
                Statement listen = listener.createStatement()) {
            listen.execute("LISTEN lightflow_budget");
            sink.commit(commit(0, 0, 10, ofAll(9)));
            assertThat(heard(listener, 0)).isEmpty();
            sink.commit(commit(0, 10, 20, ofAll(1)));
            assertThat(heard(listener, ANSWER_MS))
                    .containsExactlyInAnyOrder("total campaign-1", "day campaign-2", "goal campaign-3");
            sink.commit(commit(0, 20, 30, ofAll(1)));
            assertThat(heard(listener, 0)).isEmpty();

            server.execute(settings, "UPDATE campaign SET total_budget_micros = 40 WHERE id = 'campaign-1'");
            assertThat(heard(listener, ANSWER_MS)).containsExactly("changed campaign-1");
            // A commit that is rolled back is not heard of.
            assertThatThrownBy(() -> sink.commit(commit(0, 99, 100, ofAll(100))));
            assertThat(heard(listener, 0)).isEmpty();
            assertThat(sink.open(0)).isEqualTo(at(30));
        }
        assertThat(server.query(
                        settings,
                        "SELECT string_agg(campaign || ' ' || coalesce(exhausted_by, '-'), ', ' ORDER BY campaign)"
                                + " FROM campaign_budget"))
                .isEqualTo("campaign-1 -, campaign-2 day, campaign-3 goal, campaign-4 -");
    }

    /** Every one of four campaigns has so many impressions now, for three micros each. */
    private static Statistics ofAll(long amount) {
        Statistics statistics = new Statistics();
        for (int campaign = 1; campaign <= 4; campaign++) {
            StatisticsSamples.add(statistics, key(Instant.now().toEpochMilli() / 60_000 * 60_000, campaign), amount);
        }
        return statistics;
    }

    private List<String> heard(Connection listener, int waitMs) throws SQLException {
        PGNotification[] notifications = listener.unwrap(PGConnection.class).getNotifications(waitMs == 0 ? 1 : waitMs);
        List<String> heard = new ArrayList<>();
        for (PGNotification notification : notifications) {
            String[] words = notification.getParameter().split(" ", 4);
            if (words[0].equals(settings.schema())) {
                heard.add(words[1] + " " + words[3]);
            }
        }
        return heard;
    }

    @Test
    void sumsThatDoNotFitStopNothingAndExhaustTheBudget() {
        campaign("campaign-1", "total_budget_micros, daily_budget_micros", "30, 30");
        sink.open(0);
        for (int i = 0; i < 2; i++) {
            Statistics statistics = new Statistics();
            for (int creative : new int[] {1, 201}) {
                statistics.minute(key(Instant.parse("2026-03-08T10:00:00Z").toEpochMilli() + i * 3_600_000L, creative))
                                .spendMicros =
                        Long.MAX_VALUE / 2;
            }
            statistics.minute(key(Instant.parse("2026-03-08T12:00:00Z").toEpochMilli(), 401)).spendMicros =
                    Long.MAX_VALUE / 4;
            sink.commit(commit(0, i * 10L, i * 10L + 10, statistics));
        }

        assertThat(server.query(
                        settings,
                        "SELECT spent_micros || ' ' || spent_today_micros || ' ' || exhausted_by"
                                + " FROM campaign_budget_at('2026-03-08T13:00:00Z')"))
                .isEqualTo("9223372036854775807 9223372036854775807 total");
    }

    @Test
    void everyChangeOfACampaignIsAuditedAndMakesANewVersion() {
        campaign("campaign-1", "total_budget_micros", "30");
        server.execute(
                settings, "UPDATE campaign SET total_budget_micros = 40, name = 'second' WHERE id = 'campaign-1'");
        server.execute(settings, "DELETE FROM campaign");

        assertThat(server.query(
                        settings, "SELECT string_agg(version || ' ' || action, ', ' ORDER BY id) FROM campaign_audit"))
                .isEqualTo("1 insert, 2 update, 2 delete");
        assertThat(server.query(settings, "SELECT changes FROM campaign_audit WHERE action = 'update'"))
                .isEqualTo("{\"name\": {\"to\": \"second\", \"from\": \"first\"},"
                        + " \"total_budget_micros\": {\"to\": 40, \"from\": 30}}");
        assertThat(server.query(settings, "SELECT account FROM campaign_audit LIMIT 1"))
                .isEqualTo("postgres");
        assertThatThrownBy(() -> campaign("campaign-2", "time_zone", "'Mars/Phobos'"))
                .hasRootCauseMessage("ERROR: time zone \"Mars/Phobos\" not recognized");
    }

    @Test
    void aDatabaseOfTheVersionBeforeIsFilledBackAndItsWritersStop() {
        PostgresSettings old = server.unmigrated(server.port());
        PostgresServer.migrate(old, "1");
        String counts = "1, 0, 0, 0, 0, 0, %d, 0";
        String row = "'c', 'x', 'a', 'e', 'p', 'DE', 'phone', 'USD', ";
        server.execute(old, "CREATE TABLE stats_minute_all PARTITION OF stats_minute DEFAULT");
        server.execute(old, "CREATE TABLE stats_day_all PARTITION OF stats_day DEFAULT");
        server.execute(old, "INSERT INTO stats_day SELECT '2020-01-01', " + row + counts.formatted(5));
        server.execute(old, "INSERT INTO stats_day SELECT now(), " + row + counts.formatted(7));
        server.execute(
                old, "INSERT INTO stats_minute SELECT date_trunc('minute', now()), " + row + counts.formatted(7));
        server.execute(
                old,
                "INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros, daily_budget_micros)"
                        + " VALUES ('c', 'a', 'n', 'USD', 20, 10)");
        server.execute(
                old,
                "INSERT INTO ledger (topology, group_name, shard, epoch, position, txid, opened_at)"
                        + " VALUES ('stats-counter', 'us', 0, 4, 'v1|wm=-|tx=0', 0, now())");

        new PostgresSchema(old).migrate();

        assertThat(server.query(
                        old,
                        "SELECT concat_ws(' ', spent_micros, remaining_micros, spent_today_micros, exhausted::text)"
                                + " FROM campaign_budget"))
                .isIn("12 8 7 false", "12 8 0 false"); // the second around midnight
        for (String table : List.of("stats_creative_minute", "stats_creative_ten_minutes")) {
            assertThat(server.query(old, "SELECT concat_ws(' ', creative, impressions, spend_micros) FROM " + table))
                    .as(table)
                    .isEqualTo("x 1 7");
        }
        assertThat(server.query(old, "SELECT epoch FROM ledger")).isEqualTo("9"); // V2, V4, V6, V10 and V14 fence them
        assertThatThrownBy(() -> server.execute(
                        old,
                        "INSERT INTO ledger (topology, group_name, shard, epoch, position, txid, opened_at) VALUES"
                                + " ('stats-counter', 'us', 0, 1, '', 0, now()) ON CONFLICT (topology, group_name,"
                                + " shard) DO UPDATE SET epoch = ledger.epoch + 1"))
                .rootCause()
                .hasMessageContaining("null value in column \"writer_version\"");
    }

    private void campaign(String id, String columns, String values) {
        server.execute(
                settings,
                "INSERT INTO campaign (id, advertiser, name, currency, " + columns + ") VALUES ('" + id
                        + "', 'a', 'first', 'USD', " + values + ")");
    }

    /** So many impressions for three micros each. */
    private static void spend(Statistics statistics, int campaign, String time, long impressions) {
        StatisticsKey key = key(Instant.parse(time).toEpochMilli(), campaign);
        StatisticsSamples.add(statistics, key, impressions);
    }
}
