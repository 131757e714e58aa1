package io.lightflow.lab.feed;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The events of the bench, generated on demand: 94% impressions of about 280 bytes in Avro, 5% clicks, 1% conversions,
 * and 0.1% repeats. Every creative is shown in {@value #PLACES_PER_CREATIVE} combinations of exchange, publisher,
 * country and device. The default thus results in almost a million minute rows: {@code creatives * combinations *
 * minutes = 1,200,000} rows are possible, and impressions alone hit {@code 1 - exp(-impressions / 1,200,000) = 81%} of
 * them.
 */
public final class BenchFeed implements Feed {
    static final int ADVERTISERS = 40;
    static final int CAMPAIGNS = 200;
    static final int CREATIVES = 2_000;
    static final int PLACES_PER_CREATIVE = 5;

    private static final double IMPRESSIONS = 0.94;
    private static final double CLICKED = 0.05 / IMPRESSIONS;
    private static final double CONVERTED = 0.01 / 0.05;
    private static final double TWICE = 0.001;
    private static final long CLICK_WITHIN_MS = 30_000;
    private static final long CONVERSION_WITHIN_MS = 300_000;
    private static final String CURRENCY = "USD";
    private static final List<String> COUNTRIES = List.of("US", "CA", "MX", "GB", "DE", "FR", "JP", "BR");
    private static final List<String> DEVICES = List.of("desktop", "phone", "tablet");
    private static final List<String> USER_AGENTS = List.of(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
                    + " Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " Mobile/15E148",
            "Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
                    + " Safari/537.36");

    /** The place where a creative is shown; the device is also the user agent's number. */
    private record Place(
            String advertiser,
            String campaign,
            String creative,
            String exchange,
            String publisher,
            String country,
            String region,
            int device) {}

    /** An event and the event time at which it is emitted. */
    private record Pending(long emitMs, long number, FeedEvent event) {
        static final Comparator<Pending> ORDER =
                Comparator.comparingLong(Pending::emitMs).thenComparingLong(Pending::number);
    }

    private final BenchFeedSettings settings;
    private final Draw draw;
    private final List<Place> places;
    private final List<String> placements =
            IntStream.range(0, 50).mapToObj(i -> "placement-" + (1000 + i)).toList();
    private final PriorityQueue<Pending> pending = new PriorityQueue<>(Pending.ORDER);
    private final long startMs;
    private final int disorderMs;
    private final double impressionGapMs;
    private final long idBase;
    private long impressions;
    private long made;
    private long emitted;
    private long emitMs;

    public BenchFeed(BenchFeedSettings settings) {
        this.settings = settings;
        this.draw = new Draw(settings.seed());
        this.places = places(new Draw(0));
        this.disorderMs = Math.toIntExact(settings.disorder().toMillis());
        // Events are older than their emission by up to the disorder, but never older than the start.
        this.startMs = settings.start().toEpochMilli() + disorderMs;
        this.emitMs = startMs;
        this.impressionGapMs = settings.span().toMillis() / (IMPRESSIONS * settings.count());
        this.idBase = settings.seed() * 0x9E3779B97F4A7C15L;
    }

    private static List<Place> places(Draw draw) {
        List<Place> places = new ArrayList<>(CREATIVES * PLACES_PER_CREATIVE);
        for (int creative = 0; creative < CREATIVES; creative++) {
            int campaign = creative % CAMPAIGNS;
            // The targets of a creative.
            String country = draw.of(COUNTRIES);
            String region = "region-" + draw.below(20);
            for (int i = 0; i < PLACES_PER_CREATIVE; i++) {
                places.add(new Place(
                        "advertiser-" + campaign % ADVERTISERS,
                        "campaign-" + campaign,
                        "creative-" + creative,
                        "exchange-" + draw.below(6),
                        // Each has another residue, so all combinations of a creative differ.
                        "publisher-" + (draw.below(100) * PLACES_PER_CREATIVE + i) + ".example",
                        country,
                        region,
                        draw.below(DEVICES.size())));
            }
        }
        return places;
    }

    @Override
    public String name() {
        return "bench:" + settings;
    }

    @Override
    public boolean hasNext() {
        return emitted < settings.count();
    }

    @Override
    public FeedEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the bench feed has ended after " + emitted + " events");
        }
        emitted++;
        long impressionMs = startMs + (long) (impressions * impressionGapMs);
        Pending first = pending.peek();
        if (first != null && first.emitMs() <= impressionMs) {
            emitMs = first.emitMs();
            return pending.remove().event();
        }
        emitMs = impressionMs;
        return impression();
    }

    /** The join key of a cookie, which has a number from 0. */
    public static String key(int cookie) {
        return "cookie-" + (1_000_000 + cookie);
    }

    private FeedEvent impression() {
        impressions++;
        Place place = draw.of(places);
        String key = key(draw.below(settings.cookies()));
        long timeMs = older(emitMs);
        Impression impression = Impression.newBuilder()
                .setId(id())
                .setTime(timeMs)
                .setAdvertiserId(place.advertiser())
                .setCampaignId(place.campaign())
                .setCreativeId(place.creative())
                .setPriceMicros(500L + draw.below(4_000))
                .setCurrency(CURRENCY)
                .setExchange(place.exchange())
                .setPublisher(place.publisher())
                .setPlacement(draw.of(placements))
                .setCountry(place.country())
                .setRegion(place.region())
                .setCity("city-" + draw.below(100))
                .setDevice(DEVICES.get(place.device()))
                .setUserAgent(USER_AGENTS.get(place.device()))
                .setIp("198.51.100.0")
                .build();
        if (draw.chance(CLICKED)) {
            click(key, impression, emitMs + 500 + draw.below(CLICK_WITHIN_MS));
        }
        return once(new FeedEvent(dc(), EventType.IMPRESSION, key, impression, timeMs), emitMs);
    }

    private void click(String key, Impression impression, long clickEmitMs) {
        long timeMs = older(clickEmitMs);
        Click click = Click.newBuilder()
                .setId(id())
                .setTime(timeMs)
                .setAdvertiserId(impression.getAdvertiserId())
                .setImpressionId(impression.getId())
                .setLandingPage("https://shop.example/landing")
                .setUserAgent(impression.getUserAgent())
                .setIp(impression.getIp())
                .build();
        pend(new FeedEvent(dc(), EventType.CLICK, key, click, timeMs), clickEmitMs);
        if (draw.chance(CONVERTED)) {
            conversion(key, click, clickEmitMs + 1_000 + draw.below(CONVERSION_WITHIN_MS));
        }
    }

    /** One third each names the click, the impression or nothing. */
    private void conversion(String key, Click click, long conversionEmitMs) {
        long timeMs = older(conversionEmitMs);
        int names = draw.below(3);
        Conversion conversion = Conversion.newBuilder()
                .setId(id())
                .setTime(timeMs)
                .setAdvertiserId(click.getAdvertiserId())
                .setImpressionId(names == 1 ? click.getImpressionId() : null)
                .setClickId(names == 0 ? click.getId() : null)
                .setKind("purchase")
                .setRevenueMicros(1_000_000L + draw.below(50_000_000))
                .setCurrency(CURRENCY)
                .build();
        pend(new FeedEvent(dc(), EventType.CONVERSION, key, conversion, timeMs), conversionEmitMs);
    }

    private void pend(FeedEvent event, long atMs) {
        pending.add(new Pending(atMs, made++, once(event, atMs)));
    }

    /** Repeats the event if it is drawn, as soon after its time as the disorder allows. */
    private FeedEvent once(FeedEvent event, long atMs) {
        if (draw.chance(TWICE)) {
            pending.add(new Pending(Math.max(atMs, event.timeMs() + Math.max(0, disorderMs - 1)), made++, event));
        }
        return event;
    }

    private long older(long atMs) {
        return disorderMs == 0 ? atMs : atMs - draw.below(disorderMs);
    }

    private String dc() {
        return draw.of(settings.dcs());
    }

    private String id() {
        return Long.toHexString(idBase + made++) + "-" + Integer.toHexString(draw.below(Integer.MAX_VALUE));
    }

    @Override
    public long horizonMs() {
        return disorderMs == 0 ? emitMs : emitMs - disorderMs + 1;
    }

    @Override
    public void close() {
        pending.clear();
    }
}
