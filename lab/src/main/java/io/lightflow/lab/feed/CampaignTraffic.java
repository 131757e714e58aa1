package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Traffic as campaigns have it: few advertisers and publishers have most of it, and it is densest in the afternoon. Of
 * the impressions of a creative, 0.1% to 1% are clicked; {@value #CONVERTED} of the clicks convert. One journey of 500
 * is that of {@link Journeys}, so that every case of the join occurs.
 */
final class CampaignTraffic implements Traffic, Market {
    private static final double ODD = 0.002;
    private static final double TAG = 0.005;
    private static final double LOWEST_CTR = 0.001;
    private static final double HIGHEST_CTR = 0.01;
    private static final double CONVERTED = 0.05;
    private static final double DAY_SWING = 0.55;
    private static final double HOUR_OF_MEAN = 9;
    private static final double HOURS = 24;
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long LONGEST_TO_CLICK = 2 * MINUTE;
    private static final long LONGEST_TO_CONVERSION = Duration.ofDays(3).toMillis();
    /** Primes scatter prices and rates over numbered campaigns and creatives. */
    private static final int PRICE_PRIME = 7_919;

    private static final int CTR_PRIME = 104_729;
    private static final List<String> EUROPE = List.of("DE", "FR", "GB", "ES", "PL");
    private static final List<String> AMERICA = List.of("US", "CA", "MX");

    private final Draw draw;
    private final Consumer<FeedEvent> out;
    private final Journeys odd;

    CampaignTraffic(Draw draw, Consumer<FeedEvent> out) {
        this.draw = draw;
        this.out = out;
        this.odd = new Journeys(draw, out);
    }

    @Override
    public double meanEvents() {
        return 1.005;
    }

    /** A sine whose least value is at 3 and whose greatest is at 15 o'clock UTC. */
    @Override
    public double rateAt(long timeMs) {
        double hour = timeMs / (double) Duration.ofHours(1).toMillis() % HOURS;
        return 1 + DAY_SWING * StrictMath.sin(2 * Math.PI * (hour - HOUR_OF_MEAN) / HOURS);
    }

    @Override
    public long dueMs(long emitMs) {
        return emitMs;
    }

    @Override
    public Market market() {
        return this;
    }

    /** The first of 20 has more than a fifth, and the last has a fortieth. */
    @Override
    public int choice(Draw from, int count) {
        double fraction = from.fraction();
        return (int) (fraction * fraction * count);
    }

    /** 0.80 to 8.00 for a thousand by campaign, and a third more or less by impression. */
    @Override
    public long priceMicros(Draw from, int campaign) {
        long mean = 800 + campaign * PRICE_PRIME % 73 * 100L;
        return (long) (mean * (2 + 2 * from.fraction()) / 3);
    }

    @Override
    public String country(Draw from, DcGroup group) {
        return of(from, group.name().equals("eu") ? EUROPE : AMERICA);
    }

    /** The share of a creative's impressions that is clicked. */
    static double clickThroughRate(int creative) {
        double place = creative * CTR_PRIME % 101 / 100.0;
        return LOWEST_CTR + (HIGHEST_CTR - LOWEST_CTR) * place * place;
    }

    @Override
    public void add(JourneyEvents make, long startMs, long longestMs) {
        if (draw.chance(ODD)) {
            odd.add(make, startMs, longestMs);
            return;
        }
        if (draw.chance(TAG)) {
            out.accept(make.tag(startMs));
        }
        FeedEvent impression = make.impression(startMs);
        out.accept(impression);
        if (draw.chance(clickThroughRate(make.creative()))) {
            long clickMs = startMs + draw.logUniform(SECOND, LONGEST_TO_CLICK);
            FeedEvent click = make.click(Journeys.id(impression), clickMs);
            out.accept(click);
            if (draw.chance(CONVERTED)) {
                long later = draw.logUniform(10 * SECOND, Math.min(LONGEST_TO_CONVERSION, longestMs));
                out.accept(make.conversion(null, Journeys.id(click), clickMs + later));
            }
        }
    }
}
