package io.lightflow.reports.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.statistics.SliceCache.Needs;
import io.lightflow.service.access.RateLimit;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.postgres.HotStandby;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The memory holds a state of the database at one moment. */
class SliceCacheTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T23:30:00Z");
    private static final Filter EVERYTHING = new Filter(Map.of());

    private final ReportsTestDatabase database = ReportsTestDatabase.fresh();
    private final PGSimpleDataSource replica = new PGSimpleDataSource();

    SliceCacheTest() {
        connectTo(database.settings().url());
    }

    private void connectTo(String url) {
        replica.setUrl(url);
        replica.setUser("postgres");
        replica.setPassword("postgres");
        replica.setCurrentSchema(database.settings().schema());
    }

    private SliceCache held(Duration period) {
        return new SliceCache(new Sql(replica), period, 1_000_000, new ReadingBudget());
    }

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("SliceCacheTest: -Dseed=" + seed);
        return new Random(seed);
    }

    private static TimeSlice slice(StatisticsCube cube, int minute) {
        return new TimeSlice(cube, Grain.MINUTE, BEGIN.plus(Duration.ofMinutes(minute)));
    }

    private static CachedSlices ask(SliceCache rows, TimeSlice... slices) {
        return ask("viewer", rows, slices);
    }

    private static CachedSlices ask(String account, SliceCache rows, TimeSlice... slices) {
        return rows.of(account, snapshot -> new Needs(new LinkedHashSet<>(List.of(slices)), Set.of()));
    }

    private static long sum(CachedSlices held, Measure measure, TimeSlice slice) {
        return Arrays.stream(sums(held, measure, slice)).sum();
    }

    private static long[] sums(CachedSlices held, Measure measure, TimeSlice slice) {
        return held.sums(measure, slice.cube(), Set.of(slice), EVERYTHING);
    }

    /** Counts a click of an ad in a minute. */
    private static void click(WrittenStatistics written, int minute, int ad, int watermark) {
        Statistics statistics = new Statistics();
        RandomStatistics.add(statistics, BEGIN.plus(Duration.ofMinutes(minute)), ad, new Random(ad));
        statistics.minutes().values().forEach(counts -> counts.clicks = 1);
        written.commit(statistics, BEGIN.plusSeconds(watermark));
    }

    @Test
    void rowsAndWatermarkAreOfOneSnapshotWhileStatisticsAreWritten() throws Exception {
        int commits = 150;
        int minutes = 40;
        Random random = random();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            Future<?> writing = thread.submit(() -> {
                for (int i = 1; i <= commits; i++) {
                    click(written, random.nextInt(minutes), random.nextInt(8), i);
                }
            });
            // Read by each request, and read in the background.
            List<SliceCache> all = List.of(held(Duration.ZERO), held(Duration.ofMillis(20)));
            long last = 0;
            while (last < commits) {
                boolean done = writing.isDone();
                for (StatisticsCube cube : StatisticsCube.values()) {
                    for (SliceCache rows : all) {
                        Set<TimeSlice> slices = TimeSlice.of(
                                cube,
                                new Window(BEGIN, BEGIN.plus(Duration.ofMinutes(minutes)))
                                        .pieces(
                                                cube == StatisticsCube.CREATIVES
                                                        ? List.of(Grain.MINUTE, Grain.TEN_MINUTES)
                                                        : List.of(Grain.MINUTE)));
                        CachedSlices held = rows.of("viewer", snapshot -> new Needs(slices, Set.of()));
                        long counted = held.snapshot
                                .watermark()
                                .map(watermark ->
                                        Duration.between(BEGIN, watermark).toSeconds())
                                .orElse(0L);
                        assertThat(slices.stream()
                                        .mapToLong(slice -> sum(held, Measure.CLICKS, slice))
                                        .sum())
                                .as(cube + " " + held.snapshot)
                                .isEqualTo(counted);
                        last = rows == all.get(0) ? counted : last;
                    }
                }
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
    void onlyMinutesToWhichSomethingWasAddedAreReadAgain() {
        SliceCache rows = held(Duration.ZERO);
        TimeSlice first = slice(StatisticsCube.PLACES, 0);
        TimeSlice second = slice(StatisticsCube.PLACES, 1);
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            click(written, 0, 1, 1);
            click(written, 1, 1, 2);
            CachedSlices before = ask(rows, first, second);
            click(written, 0, 2, 3);
            CachedSlices after = ask(rows, first, second);

            assertThat(after.rows(second)).isSameAs(before.rows(second));
            assertThat(sum(before, Measure.CLICKS, first)).isEqualTo(1);
            assertThat(sum(after, Measure.CLICKS, first)).isEqualTo(2);
        }
    }

    @Test
    void rowsThatWillBeNeededSoonAreThereToo() {
        SliceCache rows = held(Duration.ZERO);
        TimeSlice now = slice(StatisticsCube.GEO, 0);
        TimeSlice soon = slice(StatisticsCube.GEO, 1);
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            click(written, 1, 1, 1);
            CachedSlices held = rows.of("viewer", snapshot -> new Needs(Set.of(now), Set.of(soon)));

            assertThat(sum(held, Measure.CLICKS, soon)).isEqualTo(1);
        }
    }

    @Test
    void aQuestionAboutMoreRowsThanFitIsRefusedAndOthersGiveWay() {
        SliceCache rows = new SliceCache(new Sql(replica), Duration.ZERO, 3, new ReadingBudget());
        TimeSlice first = slice(StatisticsCube.PLACES, 0);
        TimeSlice second = slice(StatisticsCube.PLACES, 1);
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            click(written, 0, 1, 1);
            click(written, 0, 2, 2);
            click(written, 1, 1, 3);
            click(written, 1, 2, 4);

            assertThat(ask(rows, first).rows(first).size()).isEqualTo(2);
            assertThat(ask(rows, second).rows(second).size()).isEqualTo(2);
            assertThatThrownBy(() -> ask(rows, first, second))
                    .isInstanceOfSatisfying(ProblemException.class, problem -> assertThat(problem.getMessage())
                            .contains("at most 3 rows"));
            assertThat(sum(ask(rows, first), Measure.CLICKS, first)).isEqualTo(2);
        }
    }

    @Test
    void oneAccountCannotMakeTheServerReadEverDifferentMinutes() {
        SliceCache rows = new SliceCache(
                new Sql(replica), Duration.ofMinutes(1), 1_000_000, new ReadingBudget(new RateLimit(1, 600)));
        int minutes = 0;
        ProblemException refused = null;
        while (refused == null && minutes < 2_000) {
            try {
                ask("scraper", rows, slice(StatisticsCube.PLACES, minutes));
                minutes++;
            } catch (ProblemException e) {
                refused = e;
            }
        }

        assertThat(minutes).isBetween(600, 1_000);
        assertThat(refused).hasMessageContaining("ask for the same windows as before");
        // Slices in memory stay available to the account, and other accounts read their own.
        ask("scraper", rows, slice(StatisticsCube.PLACES, minutes - 1));
        ask("other", rows, slice(StatisticsCube.PLACES, minutes));
        ask("scraper", rows, slice(StatisticsCube.PLACES, minutes));
    }

    @Test
    void aRefusedRequestLeavesNothingToBeRead() {
        SliceCache rows =
                new SliceCache(new Sql(replica), Duration.ZERO, 1_000_000, new ReadingBudget(new RateLimit(1, 1)));
        TimeSlice first = slice(StatisticsCube.PLACES, 0);
        TimeSlice second = slice(StatisticsCube.PLACES, 1);
        TimeSlice third = slice(StatisticsCube.PLACES, 2);
        assertThatThrownBy(() -> ask("scraper", rows, first, second)).isInstanceOf(ProblemException.class);

        CachedSlices held = ask("other", rows, third);

        assertThat(held.has(Set.of(third))).isTrue();
        assertThat(held.has(Set.of(first))).isFalse();
        assertThat(held.has(Set.of(second))).isFalse();
    }

    @Test
    void afterAFailoverNothingOfTheFormerServerIsAnswered(@TempDir Path folder) throws Exception {
        SliceCache rows = held(Duration.ZERO);
        TimeSlice minute = slice(StatisticsCube.PLACES, 0);
        try (WrittenStatistics written = new WrittenStatistics(database)) {
            click(written, 0, 1, 1);
            try (HotStandby standby = HotStandby.of(database.settings().url(), folder)) {
                standby.awaitReplay();
                standby.disconnect();
                click(written, 0, 2, 2);
                assertThat(creatives(ask(rows, minute), minute)).containsExactlyInAnyOrder("r1", "r2");

                // It never sees that commit, and counts as many events in that minute.
                standby.promote();
                connectTo(standby.url());
                try (WrittenStatistics other = new WrittenStatistics(database.in(standby.url()))) {
                    click(other, 0, 3, 2);
                }

                assertThat(creatives(ask(rows, minute), minute)).containsExactlyInAnyOrder("r1", "r3");
            }
        }
    }

    private static List<String> creatives(CachedSlices held, TimeSlice slice) {
        long[] sums = sums(held, Measure.CLICKS, slice);
        return IntStream.range(0, sums.length)
                .filter(ad -> sums[ad] > 0)
                .mapToObj(ad -> held.ads.value(ad, Dimension.CREATIVE))
                .toList();
    }
}
