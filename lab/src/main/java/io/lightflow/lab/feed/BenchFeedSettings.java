package io.lightflow.lab.feed;

import io.lightflow.time.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/**
 * The settings of the events of the bench.
 *
 * @param count how many events, repeats included
 * @param seed the same settings with the same seed give the same events
 * @param start event time of the beginning
 * @param span event time that the events spread over
 * @param disorder the maximum age difference by which younger events are emitted first
 * @param cookies how many join keys there are
 * @param dcs data centers of the one group that all events belong to
 */
public record BenchFeedSettings(
        long count, long seed, Instant start, Duration span, Duration disorder, int cookies, List<String> dcs) {

    public static final BenchFeedSettings DEFAULT = new BenchFeedSettings(
            2_100_000,
            1,
            Instant.parse("2026-01-01T00:00:00Z"),
            Duration.ofHours(2),
            Duration.ofSeconds(2),
            300_000,
            List.of("us-west", "us-east"));

    public BenchFeedSettings {
        Objects.requireNonNull(start, "start");
        dcs = List.copyOf(dcs);
        if (count < 1 || cookies < 1) {
            throw new IllegalArgumentException("bench events and cookies: expected 1 or more of each, found " + count
                    + " events and " + cookies + " cookies");
        }
        if (span.compareTo(Duration.ofSeconds(1)) < 0 || disorder.isNegative() || disorder.compareTo(span) > 0) {
            throw new IllegalArgumentException("span and disorder of bench events: expected a span of 1 s or more and a"
                    + " disorder that is no longer, found " + Durations.format(span) + " and "
                    + Durations.format(disorder));
        }
        if (dcs.isEmpty() || new HashSet<>(dcs).size() != dcs.size()) {
            throw new IllegalArgumentException(
                    "data centers of bench events: expected one or more, each once, found " + dcs);
        }
    }

    public BenchFeedSettings withCount(long other) {
        return new BenchFeedSettings(other, seed, start, span, disorder, cookies, dcs);
    }

    public BenchFeedSettings withSeed(long other) {
        return new BenchFeedSettings(count, other, start, span, disorder, cookies, dcs);
    }

    public BenchFeedSettings withTimes(Instant otherStart, Duration otherSpan) {
        return new BenchFeedSettings(count, seed, otherStart, otherSpan, disorder, cookies, dcs);
    }

    public BenchFeedSettings withCookies(int other) {
        return new BenchFeedSettings(count, seed, start, span, disorder, other, dcs);
    }

    public BenchFeedSettings withDcs(List<String> others) {
        return new BenchFeedSettings(count, seed, start, span, disorder, cookies, others);
    }
}
