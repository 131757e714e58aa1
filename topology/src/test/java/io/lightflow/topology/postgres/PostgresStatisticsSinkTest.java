package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.MORNING;
import static io.lightflow.topology.postgres.StatisticsSamples.at;
import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static io.lightflow.topology.postgres.StatisticsSamples.one;
import static io.lightflow.topology.postgres.StatisticsSamples.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.PostgresSettings;
import io.lightflow.event.EventType;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.SetAsideRecord;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.statistics.UncountableEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresStatisticsSinkTest {
    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();
    private final PostgresStatisticsSink sink = writer("us");
    private final StatisticsTotals totals = new StatisticsTotals(settings);

    /** One that writes into the tables at once; {@link StatisticsDeltaTest} has the other ones. */
    private PostgresStatisticsSink writer(String group) {
        return new PostgresStatisticsSink(
                settings,
                "stats-counter",
                group,
                new PostgresStatisticsSink.Merging(0, 1, Duration.ofDays(1), Duration.ofMinutes(1)),
                Runnable::run);
    }

    @AfterEach
    void close() {
        sink.close();
        totals.close();
    }

    @Test
    void everyCountOfARowIsStoredAndAddedToInAllThreeTables() {
        Statistics statistics = new Statistics();
        StatisticsKey key = key(MORNING + 61 * Statistics.MINUTE_MS, 5);
        Counts counts = statistics.minute(key);
        counts.impressions = 1;
        counts.clicks = 2;
        counts.conversions = 3;
        counts.invalidImpressions = 4;
        counts.invalidClicks = 5;
        counts.invalidConversions = 6;
        counts.spendMicros = 7_000_000_000L;
        counts.revenueMicros = 8;
        Counts twice = new Counts();
        twice.add(counts);
        twice.add(counts);

        sink.open(3);
        sink.commit(commit(3, 0, 10, statistics));
        sink.commit(commit(3, 10, 20, statistics));

        assertThat(totals.all()).isEqualTo(twice);
        assertThat(totals.differences()).isEmpty();
        String where = " WHERE campaign = 'campaign-5' AND creative = 'creative-5' AND advertiser = 'advertiser-5'"
                + " AND exchange = 'exchange-1' AND publisher = 'publisher-0' AND country = 'DE'"
                + " AND device = 'desktop' AND currency = 'USD' AND impressions = 2 AND clicks = 4"
                + " AND conversions = 6 AND invalid_impressions = 8 AND invalid_clicks = 10"
                + " AND invalid_conversions = 12 AND spend_micros = 14000000000 AND revenue_micros = 16";
        assertThat(server.query(settings, "SELECT time = '2013-06-05 09:01+00' FROM stats_minute" + where))
                .isEqualTo("t");
        assertThat(server.query(settings, "SELECT time = '2013-06-05 09:00+00' FROM stats_hour" + where))
                .isEqualTo("t");
        assertThat(server.query(settings, "SELECT time = '2013-06-05 00:00+00' FROM stats_day" + where))
                .isEqualTo("t");
    }

    @Test
    void sumsBeyond64BitsStopNothingAndAreExact() {
        StatisticsKey key = key(MORNING, 5);
        StatisticsKey nextMinute = key(MORNING + Statistics.MINUTE_MS, 5);
        Counts expected = new Counts();
        sink.open(3);
        for (int commit = 0; commit < 8; commit++) {
            Statistics statistics = new Statistics();
            for (StatisticsKey minute : List.of(key, nextMinute)) {
                Counts more = new Counts();
                more.impressions = 1;
                more.spendMicros = Long.MAX_VALUE - commit;
                more.revenueMicros = commit * 3L;
                // Commits that exceed 64 bits in an hour, in a minute, not at all, and by what is stored.
                int times = commit % 4 == 1 ? 3 : 1;
                for (int i = 0; i < times && (commit % 4 != 2 || minute == key); i++) {
                    statistics.minute(minute).add(more);
                    expected.add(more);
                }
            }
            sink.commit(commit(3, commit * 10L, commit * 10L + 10, statistics));
        }

        assertThat(expected.hasCarry()).isTrue();
        assertThat(totals.all()).isEqualTo(expected);
        assertThat(totals.differences()).isEmpty();
        for (String view :
                List.of("stats_minute", "stats_hour", "stats_day", "stats_geo_day", "stats_creative_minute")) {
            assertThat(server.query(settings, "SELECT sum(spend_micros) FROM " + view))
                    .as(view)
                    .isEqualTo(expected.exactSpend().toString());
        }
        assertThat(server.query(settings, "SELECT max(spend_micros) FROM campaign_total"))
                .isEqualTo(Long.toString(Long.MAX_VALUE));
        try (StatisticsReader reader = new StatisticsReader(settings, "stats-counter")) {
            HourOfStatistics hour = reader.hour(Instant.ofEpochMilli(MORNING));
            hour.cubes().forEach(cube -> assertThat(
                            cube.hours().orElseThrow().sums().values())
                    .singleElement()
                    .isEqualTo(expected));
        }
    }

    @Test
    void recordsThatCannotBeCountedAreStoredInTheirCommit() {
        Statistics statistics = new Statistics();
        statistics.setAside(new SetAsideRecord(
                "us.joined.clicks", 7, 0, new UncountableEvent(3, EventType.CLICK, "reason with \0", new byte[] {1, 2
                })));
        statistics.setAside(
                new SetAsideRecord("us.joined.clicks", 7, 0, new UncountableEvent(4, EventType.CLICK, "other", null)));

        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        assertThat(sink.read(0)).isEqualTo(at(10));
        assertThat(server.query(
                        settings,
                        "SELECT string_agg(topic || ' ' || record_offset || ' ' || reason || ' '"
                                + " || coalesce(value::text, 'none'), ', ' ORDER BY record_offset)"
                                + " FROM stats_set_aside"))
                .isEqualTo("us.joined.clicks 3 reason with \uFFFD \\x0102, us.joined.clicks 4 other none");
    }

    @Test
    void retentionDropsTheExcessOfItsRows() {
        Statistics statistics = new Statistics();
        for (int i = 0; i < 3; i++) {
            Counts more = new Counts();
            more.spendMicros = Long.MAX_VALUE;
            statistics.minute(key(MORNING, 1)).add(more);
        }
        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));
        String minutes = "SELECT count(*) > 0 FROM stats_excess WHERE table_name = 'stats_minute'";
        assertThat(server.query(settings, minutes)).isEqualTo("t");

        new StatisticsPruner(settings)
                .dropExpired(
                        new StatisticsRetention(Optional.of(Period.ofDays(14)), Optional.empty(), Optional.empty()),
                        Instant.ofEpochMilli(MORNING).plus(Duration.ofDays(400)));

        assertThat(server.query(settings, minutes)).isEqualTo("f");
        assertThat(server.query(settings, "SELECT count(*) > 0 FROM stats_excess WHERE table_name = 'stats_day'"))
                .isEqualTo("t");
    }

    @Test
    void rowsOfAnyDayFindAPartition() {
        Statistics statistics = new Statistics();
        String[] days = {"1999-12-31T23:59:00Z", "2013-06-05T00:00:00Z", "2013-06-30T23:59:00Z", "2032-02-29T12:00:00Z"
        };
        for (String day : days) {
            StatisticsSamples.add(statistics, key(Instant.parse(day).toEpochMilli(), 1), 1);
        }

        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        assertThat(totals.all().impressions).isEqualTo(days.length);
        assertThat(totals.differences()).isEmpty();
        assertThat(server.query(settings, "SELECT count(*) FROM stats_minute_data_20130630"))
                .isEqualTo("1");
    }

    @Test
    void aPartitionThatSomebodyDroppedIsMadeAgain() {
        sink.open(0);
        sink.commit(commit(0, 0, 10, one(1)));
        server.execute(settings, "DROP TABLE stats_minute_data_20130605");

        sink.commit(commit(0, 10, 20, one(2)));

        assertThat(totals.all().impressions).isEqualTo(2);
    }

    @Test
    void aCommitWithoutStatisticsMovesThePosition() {
        sink.open(0);
        sink.commit(commit(0, 0, 10, new Statistics()));

        assertThat(sink.read(0)).isEqualTo(at(10));
        assertThat(totals.all()).isEqualTo(new Counts());
    }

    @Test
    void newMinutesAndStoredOnesAddUpOverManyLargeCommits() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Statistics expected = new Statistics();
        sink.open(0);
        for (int i = 0; i < 6; i++) {
            Statistics statistics = random(random, 20_000, i * 3, i * 3 + 7, 2_000);
            statistics.minutes().forEach((key, counts) -> expected.minute(key).add(counts));
            sink.commit(commit(0, i * 10L, i * 10L + 10, statistics));
        }

        assertThat(totals.all().impressions).isEqualTo(120_000);
        assertThat(totals.all().spendMicros).isEqualTo(360_000);
        assertThat(totals.differences()).isEmpty();
        assertThat(server.query(settings, "SELECT count(*) FROM stats_minute"))
                .isEqualTo(Integer.toString(expected.size()));
        assertThat(server.query(settings, "SELECT sum(impressions * impressions) FROM stats_minute"))
                .isEqualTo(Long.toString(expected.minutes().values().stream()
                        .mapToLong(counts -> counts.impressions * counts.impressions)
                        .sum()));
    }

    @Test
    void regionsAndDataCentersAreToldApartInTablesOfTheirOwn() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        SortedMap<String, Long> expected = new TreeMap<>();
        sink.open(0);
        for (int i = 0; i < 3; i++) {
            Statistics statistics = new Statistics();
            for (int event = 0; event < 2_000; event++) {
                StatisticsKey any = key(MORNING + random.nextInt(90) * Statistics.MINUTE_MS, random.nextInt(8));
                String region = "region-" + random.nextInt(3);
                String dataCenter = "dc-" + random.nextInt(2);
                StatisticsSamples.add(
                        statistics,
                        StatisticsKey.of(any.time())
                                .with(Dimension.CAMPAIGN, any.get(Dimension.CAMPAIGN))
                                .with(Dimension.CREATIVE, any.get(Dimension.CREATIVE))
                                .with(Dimension.ADVERTISER, any.get(Dimension.ADVERTISER))
                                .with(Dimension.EXCHANGE, "exchange-" + random.nextInt(2))
                                .with(Dimension.PUBLISHER, any.get(Dimension.PUBLISHER))
                                .with(Dimension.COUNTRY, any.get(Dimension.COUNTRY))
                                .with(Dimension.REGION, region)
                                .with(Dimension.DEVICE, any.get(Dimension.DEVICE))
                                .with(Dimension.DATA_CENTER, dataCenter)
                                .with(Dimension.CURRENCY, any.get(Dimension.CURRENCY)),
                        1);
                expected.merge(
                        String.join(
                                " ",
                                Long.toString(any.time() / Statistics.HOUR_MS * Statistics.HOUR_MS / 1_000),
                                any.get(Dimension.CAMPAIGN),
                                any.get(Dimension.CREATIVE),
                                any.get(Dimension.ADVERTISER),
                                any.get(Dimension.COUNTRY),
                                region,
                                dataCenter,
                                any.get(Dimension.CURRENCY)),
                        1L,
                        Long::sum);
            }
            sink.commit(commit(0, i * 10L, i * 10L + 10, statistics));
        }

        assertThat(server.query(
                        settings,
                        "SELECT string_agg(row || '=' || impressions, ', ' ORDER BY row COLLATE \"C\") FROM"
                                + " (SELECT concat_ws(' ', extract(epoch FROM time)::bigint, campaign,"
                                + " creative, advertiser, country, region, data_center, currency) AS row,"
                                + " impressions FROM stats_geo_hour) r"))
                .isEqualTo(expected.entrySet().stream()
                        .map(row -> row.getKey() + "=" + row.getValue())
                        .collect(Collectors.joining(", ")));
        assertThat(totals.differences()).isEmpty();
        server.execute(settings, "UPDATE stats_geo_hour_data SET clicks = clicks + 1");
        assertThat(totals.differences()).anySatisfy(difference -> assertThat(difference)
                .contains("stats_geo_minute sums up to", "stats_geo_hour holds"));
    }

    @Test
    void textThatPostgresCannotStoreDoesNotStopTheStatistics() {
        Statistics statistics = new Statistics();
        for (String odd :
                new String[] {"nul\0", "nul\uFFFD", "half \uD800", "half ?", "é".repeat(5_000), "\uD83D\uDE00", ""}) {
            StatisticsKey key = key(MORNING, 1);
            StatisticsSamples.add(
                    statistics,
                    StatisticsKey.of(key.time())
                            .with(Dimension.CAMPAIGN, odd)
                            .with(Dimension.CREATIVE, odd)
                            .with(Dimension.ADVERTISER, odd)
                            .with(Dimension.EXCHANGE, odd)
                            .with(Dimension.PUBLISHER, odd)
                            .with(Dimension.COUNTRY, odd)
                            .with(Dimension.REGION, odd)
                            .with(Dimension.DEVICE, odd)
                            .with(Dimension.DATA_CENTER, odd)
                            .with(Dimension.CURRENCY, key.get(Dimension.CURRENCY)),
                    1);
        }

        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        assertThat(totals.all().impressions).isEqualTo(7);
        assertThat(server.query(settings, "SELECT impressions FROM stats_minute WHERE campaign = U&'nul\\FFFD'"))
                .isEqualTo("2");
        assertThat(server.query(
                        settings,
                        "SELECT octet_length(max(publisher)) FROM stats_minute WHERE publisher > U&'\\00c9'"
                                + ""
                                + ""
                                + " AND publisher < U&'\\00ff'"))
                .isEqualTo("254");
    }

    @Test
    void invariantA_writersOfTwoShardsWithTheSameRowsDoNotDeadlockAndLoseNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        int commits = 8;
        int writers = 3;
        CyclicBarrier barrier = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int shard = w;
                results.add(threads.submit(() -> {
                    Random random = new Random(seed + shard);
                    try (PostgresStatisticsSink own = writer("us")) {
                        own.open(shard);
                        for (int i = 0; i < commits; i++) {
                            barrier.await();
                            int from = random.nextInt(3) + i * 2;
                            Statistics statistics = random(random, 8_000, from, from + 5, 1_500);
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

        assertThat(totals.all().impressions).isEqualTo(8_000L * commits * writers);
        assertThat(totals.differences()).isEmpty();
        try (PostgresLedger ledger = new PostgresLedger(settings, "stats-counter", "us")) {
            assertThat(ledger.readAll()).hasSize(writers).allSatisfy((shard, entry) -> {
                assertThat(entry.position()).isEqualTo(at(commits * 10L));
                assertThat(entry.epoch()).isEqualTo(1);
                assertThat(entry.committedAt()).isPresent();
            });
        }
    }

    @Test
    void theBudgetSaysWhatIsSpentInTheCampaignsCurrencyAsOfTheLedger() {
        server.execute(
                settings,
                "INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros) VALUES"
                        + " ('campaign-1', 'a', 'first', 'USD', 20), ('campaign-2', 'a', 'second', 'EUR', 20),"
                        + " ('campaign-3', 'a', 'without limit', 'USD', NULL)");
        Statistics statistics = one(7);
        StatisticsSamples.add(statistics, key(MORNING, 2), 100);
        StatisticsSamples.add(statistics, key(MORNING, 3), 5);

        sink.open(0);
        sink.commit(commit(0, 0, 10, statistics));

        assertThat(server.query(settings, budget(1))).isEqualTo("USD 20 21 -1 true");
        assertThat(server.query(settings, budget(2))).isEqualTo("EUR 20 0 20 false");
        assertThat(server.query(settings, budget(3))).isEqualTo("USD - 15 - false");
        assertThat(server.query(
                        settings,
                        "SELECT (as_of_watermark = '2013-06-05 08:00:00.010+00') || ' ' ||"
                                + " (as_of_positions ->> 'stats-counter/us/0' = (SELECT position FROM ledger))"
                                + " FROM campaign_budget LIMIT 1"))
                .isEqualTo("true true");
    }

    private static String budget(int campaign) {
        return "SELECT concat_ws(' ', currency, coalesce(total_budget_micros::text, '-'), spent_micros,"
                + " coalesce(remaining_micros::text, '-'), exhausted::text)"
                + " FROM campaign_budget WHERE campaign = 'campaign-" + campaign + "'";
    }

    @Test
    void aShardThatWasNotOpenedCannotBeCommittedTo() {
        assertThatThrownBy(() -> sink.commit(commit(4, 0, 10, one(1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("open shard 4 of stats-counter/us before committing to it");
    }

    @Test
    void theDifferenceOfATableIsNamed() {
        sink.open(0);
        sink.commit(commit(0, 0, 10, one(7)));
        server.execute(settings, "UPDATE stats_hour_data SET impressions = 8");

        assertThat(totals.differences()).hasSize(2).first().asString().startsWith("stats_minute sums up to (");
    }
}
