package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Seeded synthetic events, generated on demand: journeys over the span of event time with all features of real logs.
 * Disorder below the bound; clicks stamped before their impressions, by seconds, minutes and more than a day; clicks
 * without an impression; several clicks on one impression; conversions that name a click, an impression, or neither,
 * and those that nothing can be found for; journeys that cross data centers; repeats, some of them by another data
 * center.
 *
 * <p>Memory holds the events of started journeys: a few thousandths of all, and never many more than
 * {@value #MANY_PENDING}, because journeys then become shorter.
 */
public final class GeneratedFeed implements Feed {
    private static final int MANY_PENDING = 500_000;
    private static final long HOUR_MS = 3_600_000;
    private static final long NO_LIMIT_MS = 30 * 24 * HOUR_MS;
    private static final double REPEATED = 0.002;
    private static final double BURST = 0.8;
    private static final long BURST_GAP_MS = 1_500;

    /** An event and the event time at which it is emitted. */
    private record Pending(long emitMs, long number, FeedEvent event) {
        static final Comparator<Pending> ORDER =
                Comparator.comparingLong(Pending::emitMs).thenComparingLong(Pending::number);
    }

    private final GeneratedFeedSettings settings;
    private final Draw draw;
    private final String name;
    private final Traffic traffic;
    private final PriorityQueue<Pending> pending = new PriorityQueue<>(Pending.ORDER);
    private final long disorderMs;
    private final long cookies;
    private final double meanGapMs;
    private long journeyCount;
    private double nextJourneyMs;
    private long pendingCount;
    private long emitted;
    private long emitMs;

    /** Events with all features of real logs, each of which is frequent. */
    public GeneratedFeed(GeneratedFeedSettings settings) {
        this(settings, "generated", Journeys::new);
    }

    private GeneratedFeed(
            GeneratedFeedSettings settings, String kind, BiFunction<Draw, Consumer<FeedEvent>, Traffic> traffic) {
        this.settings = settings;
        this.name = kind + ":" + settings;
        this.draw = new Draw(settings.seed());
        this.traffic = traffic.apply(draw, this::pend);
        this.disorderMs = settings.disorder().toMillis();
        this.cookies = Math.max(10, settings.count() / 10);
        this.meanGapMs = settings.span().toMillis() * this.traffic.meanEvents() * (1 + REPEATED) / settings.count();
        this.nextJourneyMs = settings.start().toEpochMilli();
        this.emitMs = settings.start().toEpochMilli();
    }

    /** Events with the figures of real campaigns, which become due as time passes. */
    public static Feed ofCampaigns(GeneratedFeedSettings settings) {
        return new GeneratedFeed(settings, "campaigns", CampaignTraffic::new);
    }

    private void pend(FeedEvent event) {
        add(event);
        if (draw.chance(REPEATED)) {
            List<String> dcs = groupOf(event).dcs();
            add(draw.chance(0.9) ? event : event.from(draw.of(dcs)));
        }
    }

    private DcGroup groupOf(FeedEvent event) {
        for (DcGroup group : settings.groups()) {
            if (group.dcs().contains(event.dc())) {
                return group;
            }
        }
        throw new IllegalStateException("No group contains " + event.dc() + ": " + settings.groups());
    }

    private void add(FeedEvent event) {
        long delayMs = disorderMs == 0 ? 0 : draw.below(disorderMs);
        pending.add(new Pending(event.timeMs() + delayMs, pendingCount++, event));
    }

    private void addJourney() {
        // Low cookies have more events than high ones.
        long cookie = (long) (draw.fraction() * draw.fraction() * cookies);
        DcGroup group = settings.groups().get((int) (cookie % settings.groups().size()));
        String idSuffix = Long.toString(settings.seed(), 36) + "-" + Long.toString(journeyCount++, 36);
        JourneyEvents make =
                new JourneyEvents(draw, traffic.market(), group, "cookie-" + Long.toString(cookie, 36), idSuffix);
        traffic.add(make, (long) nextJourneyMs, pending.size() < MANY_PENDING ? NO_LIMIT_MS : HOUR_MS);
        nextJourneyMs += gapMs() / traffic.rateAt((long) nextJourneyMs);
    }

    /** Sparse journeys come in bursts, because without neighbours there is no disorder. */
    private double gapMs() {
        double quietMeanMs = (meanGapMs - BURST * BURST_GAP_MS / 2) / (1 - BURST);
        if (quietMeanMs < BURST_GAP_MS) {
            return draw.exponential(meanGapMs);
        }
        return draw.chance(BURST) ? draw.below(BURST_GAP_MS) : draw.exponential(quietMeanMs);
    }

    /** How many events are in memory. */
    int held() {
        return pending.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasNext() {
        return emitted < settings.count();
    }

    @Override
    public FeedEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the generated feed has ended after " + emitted + " events");
        }
        Pending first = first();
        pending.remove();
        emitMs = first.emitMs();
        emitted++;
        return first.event();
    }

    /** The event whose turn is next. */
    private Pending first() {
        while (pending.isEmpty() || nextJourneyMs <= pending.peek().emitMs()) {
            addJourney();
        }
        return pending.peek();
    }

    @Override
    public long dueMs() {
        return traffic.dueMs(first().emitMs());
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
