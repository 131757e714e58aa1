package io.lightflow.reports.statistics;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.SliceCache.Needs;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.statistics.Dimension;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code /v1/ads/popular_ads}: the ads with the most of something in the last minutes. */
final class PopularAds {
    private static final int MAX_ADS = 1_000;
    private static final int MAX_MINUTES = 360;
    private static final int MAX_MINUTES_FILTERED = 60;

    private final SliceCache recent;
    private final EventFigures events;
    private final InstantSource clock;

    PopularAds(SliceCache recent, EventFigures events, InstantSource clock) {
        this.recent = recent;
        this.events = events;
        this.clock = clock;
    }

    record PopularAdsResponse(String metric, Instant from, Instant to, List<Ad> ads, AsOf asOf) {}

    /** @param currency of money; null for counts */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Ad(String ad, String campaign, String advertiser, String currency, long count) {
        static final Comparator<Ad> MOST_FIRST = Comparator.comparingLong(Ad::count)
                .reversed()
                .thenComparing(Ad::ad)
                .thenComparing(Ad::campaign)
                .thenComparing(Ad::advertiser)
                .thenComparing(Ad::currency, Comparator.nullsFirst(Comparator.naturalOrder()));

        Ad with(long newCount) {
            return new Ad(ad, campaign, advertiser, currency, newCount);
        }
    }

    PopularAdsResponse answer(Context context) {
        Parameters parameters = Parameters.of(context, "count", "window", "until", "filter", "metric");
        int count = parameters.number("count", 1, MAX_ADS, 100);
        Measure measure =
                Measure.named(parameters.oneOf("metric", Measure.NAMES).orElse("clicks"));
        RequestPrincipal principal = RequestPrincipal.of(context);
        EventFilter asked = EventFilter.of(parameters, principal);
        Filter filter = asked.dimensions();
        int minutes = parameters.number("window", 1, MAX_MINUTES, 10);
        Instant until = Grain.MINUTE.ceiling(parameters.time("until").orElseGet(clock::instant));
        Window window = new Window(until.minus(Duration.ofMinutes(minutes)), until);
        if (asked.needsEvents()) {
            return ofEvents(context, window, asked, measure, count);
        }
        List<StatisticsCube> cubes = CubeChoice.of(filter.dimensions());
        boolean isOfCreatives = cubes.contains(StatisticsCube.CREATIVES);
        if (!isOfCreatives && minutes > MAX_MINUTES_FILTERED) {
            throw ProblemException.parameter(
                    "window",
                    Integer.toString(minutes),
                    "a whole number from 1 to " + MAX_MINUTES_FILTERED + " with a filter by anything but "
                            + CubeChoice.names(KeyTable.AD.dimensions()));
        }
        List<Grain> grains = isOfCreatives ? List.of(Grain.MINUTE, Grain.TEN_MINUTES) : List.of(Grain.MINUTE);
        List<Piece> pieces = window.pieces(grains);
        List<Piece> next = window.aMinuteLater().pieces(grains);
        CachedSlices held = recent.of(principal.name(), snapshot -> {
            StatisticsCube cube = snapshot.complete(window, pieces, cubes);
            return new Needs(TimeSlice.of(cube, pieces), TimeSlice.of(cube, next));
        });
        StatisticsCube cube = held.snapshot.complete(window, pieces, cubes);
        return new PopularAdsResponse(
                measure.column(),
                window.from(),
                window.to(),
                ads(held, cube, TimeSlice.of(cube, pieces), filter, measure, count),
                held.snapshot.asOf(window));
    }

    private PopularAdsResponse ofEvents(
            Context context, Window window, EventFilter filter, Measure measure, int count) {
        List<Dimension> ad = List.of(Dimension.CREATIVE, Dimension.CAMPAIGN, Dimension.ADVERTISER);
        List<Dimension> by = measure.isMoney() ? List.of(ad.get(0), ad.get(1), ad.get(2), Dimension.CURRENCY) : ad;
        String names = CubeChoice.names(by);
        EventFigures.Figures found = events.read(
                context,
                JoinedEvents.sums(measure, by, filter) + " ORDER BY sum(amount) DESC, " + names + " LIMIT " + count,
                window);
        List<Ad> ads = new ArrayList<>();
        found.rows()
                .forEach(row -> ads.add(new Ad(
                        row.path("creative").asText(),
                        row.path("campaign").asText(),
                        row.path("advertiser").asText(),
                        measure.isMoney() ? row.path("currency").asText() : null,
                        new BigInteger(row.path("amount").asText())
                                .min(BigInteger.valueOf(Long.MAX_VALUE))
                                .longValueExact())));
        return new PopularAdsResponse(measure.column(), window.from(), window.to(), ads, found.asOf());
    }

    /** The sums over slices by ad: the largest first, then by name. */
    private static List<Ad> ads(
            CachedSlices held, StatisticsCube cube, Set<TimeSlice> slices, Filter filter, Measure measure, int count) {
        long[] sums = held.sums(measure, cube, slices, filter);
        boolean[] isAd = held.ads.matches(filter);
        Map<Ad, Long> byAd = new HashMap<>();
        for (int index = 0; index < sums.length; index++) {
            if (sums[index] > 0 && isAd[index]) {
                Ad ad = new Ad(
                        held.ads.value(index, Dimension.CREATIVE),
                        held.ads.value(index, Dimension.CAMPAIGN),
                        held.ads.value(index, Dimension.ADVERTISER),
                        measure.isMoney() ? held.ads.value(index, Dimension.CURRENCY) : null,
                        0);
                byAd.merge(ad, sums[index], SliceColumns::saturatedSum);
            }
        }
        return byAd.entrySet().stream()
                .map(sum -> sum.getKey().with(sum.getValue()))
                .sorted(Ad.MOST_FIRST)
                .limit(count)
                .toList();
    }
}
