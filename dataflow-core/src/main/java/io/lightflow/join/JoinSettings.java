package io.lightflow.join;

import io.lightflow.attribution.Windows;
import io.lightflow.traffic.TrafficRules;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of the join.
 *
 * @param group name of the group, written into the beacons of its joined topics
 * @param allowedDisorder how much older than its predecessors in the same topic-partition an event may be and still be
 *     on time
 * @param windows the windows of advertisers without windows of their own
 * @param windowsByAdvertiser exceptions, by advertiser id
 * @param rowCap how many events a row may hold: a day's impressions and tags of a join key, or all its clicks and
 *     conversions. Events beyond the cap are invalid traffic: emitted at once and flagged, but not stored
 * @param traffic the further rules of invalid traffic
 */
public record JoinSettings(
        String group,
        Duration allowedDisorder,
        Windows windows,
        Map<String, Windows> windowsByAdvertiser,
        int rowCap,
        TrafficRules traffic) {

    public static final int DEFAULT_ROW_CAP = 2_000;
    /** One server with a fast clock must not make the events of the others too old. */
    private static final Duration CLOCK_SLACK = Duration.ofHours(1);

    public JoinSettings {
        Objects.requireNonNull(windows, "windows");
        Objects.requireNonNull(traffic, "traffic");
        windowsByAdvertiser = Map.copyOf(windowsByAdvertiser);
        if (group.isBlank()) {
            throw new IllegalArgumentException("expected a group name, found a blank one");
        }
        if (allowedDisorder.isNegative() || allowedDisorder.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "expected allowedDisorder between 0 and 1 hour, found " + allowedDisorder);
        }
        if (rowCap < 1) {
            throw new IllegalArgumentException("expected rowCap to be 1 or more, found " + rowCap);
        }
    }

    /** Without further rules of invalid traffic. */
    public JoinSettings(
            String group,
            Duration allowedDisorder,
            Windows windows,
            Map<String, Windows> windowsByAdvertiser,
            int rowCap) {
        this(group, allowedDisorder, windows, windowsByAdvertiser, rowCap, TrafficRules.NONE);
    }

    /** These settings with other rules of invalid traffic. */
    public JoinSettings with(TrafficRules rules) {
        return new JoinSettings(group, allowedDisorder, windows, windowsByAdvertiser, rowCap, rules);
    }

    public static JoinSettings defaults(String group) {
        return new JoinSettings(group, Duration.ofSeconds(5), Windows.DEFAULT, Map.of(), DEFAULT_ROW_CAP);
    }

    public Windows windowsOf(String advertiserId) {
        return windowsByAdvertiser.getOrDefault(advertiserId, windows);
    }

    /** The rules for an event of this advertiser that arrives now. */
    ArrivalRules rulesOf(String advertiserId) {
        return new ArrivalRules(windowsOf(advertiserId), allowedDisorder.toMillis(), traffic.delays());
    }

    /** The minimum time for which the join store must keep a cell. */
    public Duration retention() {
        // A click may wait for an impression, and a conversion for that click.
        return Duration.ofMillis(2 * longestWindowMs()).plusDays(1);
    }

    private long longestWindowMs() {
        long max = windows.maxMs();
        for (Windows own : windowsByAdvertiser.values()) {
            max = Math.max(max, own.maxMs());
        }
        return max;
    }

    /**
     * How much older an event may be than the newest event before it: the longest window, plus the allowed disorder,
     * plus an hour, by which the clock of the newest one may be ahead. An older event can no longer be joined.
     */
    public Duration maxAge() {
        return Duration.ofMillis(longestWindowMs()).plus(allowedDisorder).plus(CLOCK_SLACK);
    }

    /**
     * Time of the beacons that close a complete input. One in every topic-partition lets every timer fire, so that no
     * event waits any longer.
     *
     * @param lastTime greatest event time of the input, ms since the Unix epoch
     */
    public long closingTime(long lastTime) {
        return lastTime + maxTimerMs() + allowedDisorder.toMillis();
    }

    private long maxTimerMs() {
        long max = windows.orphanAfter().toMillis();
        for (Windows own : windowsByAdvertiser.values()) {
            max = Math.max(max, own.orphanAfter().toMillis());
        }
        return Math.max(max, allowedDisorder.toMillis()) + 1;
    }
}
