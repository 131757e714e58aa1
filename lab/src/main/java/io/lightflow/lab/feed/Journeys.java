package io.lightflow.lab.feed;

import java.util.function.Consumer;

/**
 * Draws whole journeys. Of all events about 94% are impressions, 5% clicks, 1% conversions, and some tags. No event of
 * a journey is older than the journey's start.
 */
final class Journeys implements Traffic {
    private static final double MEAN_EVENTS = 1.059;

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** The kind of a journey, and its share of {@value #OF_ALL} journeys. */
    private enum Kind {
        SEEN_AND_CLICKED(400),
        TAG(50),
        CLICK_WITHOUT_IMPRESSION(25),
        CLICK_STAMPED_SECONDS_BEFORE_IMPRESSION(12),
        CLICK_STAMPED_MINUTES_BEFORE_IMPRESSION(12),
        UNATTRIBUTABLE_CONVERSION(16),
        IMPRESSION_TOO_LATE_FOR_CLICK(3),
        SEEN(9_482);

        private static final int OF_ALL = 10_000;
        private final int share;

        Kind(int share) {
            this.share = share;
        }

        static Kind draw(Draw draw) {
            int rest = draw.below(OF_ALL);
            for (Kind kind : values()) {
                rest -= kind.share;
                if (rest < 0) {
                    return kind;
                }
            }
            throw new IllegalStateException("shares of journey kinds must add up to " + OF_ALL);
        }
    }

    private final Draw draw;
    private final Consumer<FeedEvent> out;

    Journeys(Draw draw, Consumer<FeedEvent> out) {
        this.draw = draw;
        this.out = out;
    }

    @Override
    public double meanEvents() {
        return MEAN_EVENTS;
    }

    @Override
    public double rateAt(long timeMs) {
        return 1;
    }

    @Override
    public long dueMs(long emitMs) {
        return Feed.NOW;
    }

    @Override
    public Market market() {
        return Market.Uniform.INSTANCE;
    }

    @Override
    public void add(JourneyEvents make, long startMs, long longestMs) {
        switch (Kind.draw(draw)) {
            case SEEN -> out.accept(make.impression(startMs));
            case TAG -> out.accept(make.tag(startMs));
            case SEEN_AND_CLICKED -> seenAndClicked(make, startMs, longestMs);
            case CLICK_WITHOUT_IMPRESSION -> out.accept(make.click(make.idOfNothing("i"), startMs));
            case CLICK_STAMPED_SECONDS_BEFORE_IMPRESSION -> clickThenImpression(make, startMs, draw.below(4 * SECOND));
            case CLICK_STAMPED_MINUTES_BEFORE_IMPRESSION ->
                clickThenImpression(make, startMs, MINUTE + draw.below(30 * MINUTE));
            case UNATTRIBUTABLE_CONVERSION -> unattributable(make, startMs);
            case IMPRESSION_TOO_LATE_FOR_CLICK ->
                clickThenImpression(make, startMs, Math.min(longestMs, 25 * HOUR + draw.below(24 * HOUR)));
        }
    }

    private void seenAndClicked(JourneyEvents make, long startMs, long longestMs) {
        FeedEvent impression = make.impression(startMs);
        out.accept(impression);
        int clicks = draw.chance(0.85) ? 1 : 2 + draw.below(2);
        for (int i = 0; i < clicks; i++) {
            long delay = draw.chance(0.9) ? draw.below(2 * MINUTE) : draw.below(Math.min(20 * HOUR, longestMs));
            FeedEvent click = make.click(id(impression), startMs + delay);
            out.accept(click);
            if (i == 0 && draw.chance(0.22)) {
                long later = draw.logUniform(SECOND, Math.min(5 * DAY, longestMs));
                convert(make, id(impression), id(click), click.timeMs() + later);
            }
        }
    }

    /** A conversion names its click, its impression, both or nothing. */
    private void convert(JourneyEvents make, String impressionId, String clickId, long timeMs) {
        int names = draw.below(10);
        boolean impression = names < 4;
        boolean click = names >= 3 && names < 7;
        out.accept(make.conversion(impression ? impressionId : null, click ? clickId : null, timeMs));
    }

    private void clickThenImpression(JourneyEvents make, long clickMs, long delayMs) {
        FeedEvent impression = make.impression(clickMs + delayMs);
        out.accept(make.click(id(impression), clickMs));
        out.accept(impression);
    }

    private void unattributable(JourneyEvents make, long startMs) {
        switch (draw.below(4)) {
            case 0 -> out.accept(make.conversion(null, null, startMs));
            case 1 -> out.accept(make.conversion(make.idOfNothing("i"), null, startMs));
            case 2 -> out.accept(make.conversion(null, make.idOfNothing("c"), startMs));
            default -> {
                FeedEvent neverClicked = make.impression(startMs);
                out.accept(neverClicked);
                out.accept(make.conversion(id(neverClicked), null, startMs + MINUTE));
            }
        }
    }

    static String id(FeedEvent event) {
        return (String) event.event().get("id");
    }
}
