package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The number and kind of events that a {@link GeneratedFeed} generates.
 *
 * @param count how many events, repeats included
 * @param seed the same settings with the same seed give the same events
 * @param start event time of the beginning
 * @param span event time that the events spread over, about
 * @param disorder the maximum age difference by which younger events are emitted first; zero emits them in time order
 * @param groups where the events come from; a join key belongs to one group
 */
public record GeneratedFeedSettings(
        long count, long seed, Instant start, Duration span, Duration disorder, List<DcGroup> groups) {

    public static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");
    public static final Duration DEFAULT_SPAN = Duration.ofDays(30);
    public static final Duration DEFAULT_DISORDER = Duration.ofSeconds(5);

    public GeneratedFeedSettings {
        Objects.requireNonNull(start, "start");
        groups = DcGroup.checked(groups);
        if (count < 1) {
            throw new IllegalArgumentException("number of events to generate: expected 1 or more, found " + count);
        }
        if (span.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "span of generated events: expected 1 s or more, found " + Durations.format(span));
        }
        if (disorder.isNegative() || disorder.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("disorder of generated events: expected 0 to 1 hour, found " + disorder);
        }
    }

    /** Journeys over 30 days with up to 5 s of disorder. */
    public static GeneratedFeedSettings of(long count, long seed, List<DcGroup> groups) {
        return new GeneratedFeedSettings(count, seed, DEFAULT_START, DEFAULT_SPAN, DEFAULT_DISORDER, groups);
    }

    /**
     * Live traffic: at the given rate, event time keeps pace with the clock.
     *
     * @param start now
     */
    public static GeneratedFeedSettings live(double eventsPerSecond, long seed, Instant start, List<DcGroup> groups) {
        if (!(eventsPerSecond > 0 && eventsPerSecond <= 1e9)) {
            throw new IllegalArgumentException(
                    "rate of live events: expected more than 0 and at most 1e9 a second, found " + eventsPerSecond);
        }
        Duration span = Duration.ofDays(3650);
        long count = Math.max(1, Math.round(span.toSeconds() * eventsPerSecond));
        return new GeneratedFeedSettings(count, seed, start, span, DEFAULT_DISORDER, groups);
    }

    /** The same with another bound on disorder. */
    public GeneratedFeedSettings withDisorder(Duration other) {
        return new GeneratedFeedSettings(count, seed, start, span, other, groups);
    }
}
