package io.lightflow.join;

import io.lightflow.attribution.Windows;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of the join.
 *
 * @param group name of the group, written into the beacons of its joined topics
 * @param allowedDisorder how much older than an earlier one an event of the same topic-partition may be and still count
 *     as on time
 * @param windows those of every advertiser that has none of its own
 * @param windowsByAdvertiser by advertiser id
 * @param rowCap how many events a row may hold: a day's impressions and tags of a join key, or all its clicks and
 *     conversions. What comes on top is invalid traffic: put out at once and flagged, but not stored, so that a copy of
 *     it in a later block is put out, and flagged, again
 */
public record JoinSettings(
        String group, Duration allowedDisorder, Windows windows, Map<String, Windows> windowsByAdvertiser, int rowCap) {

    public static final int DEFAULT_ROW_CAP = 2_000;

    public JoinSettings {
        Objects.requireNonNull(windows, "windows");
        windowsByAdvertiser = Map.copyOf(windowsByAdvertiser);
        if (group.isBlank()) {
            throw new IllegalArgumentException("a group needs a name");
        }
        if (allowedDisorder.isNegative() || allowedDisorder.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "allowedDisorder must lie between 0 and 1 hour, found " + allowedDisorder);
        }
        if (rowCap < 1) {
            throw new IllegalArgumentException("rowCap must be 1 or more, found " + rowCap);
        }
    }

    public static JoinSettings defaults(String group) {
        return new JoinSettings(group, Duration.ofSeconds(5), Windows.DEFAULT, Map.of(), DEFAULT_ROW_CAP);
    }

    public Windows windowsOf(String advertiserId) {
        return windowsByAdvertiser.getOrDefault(advertiserId, windows);
    }

    /** How long the join store must keep a cell at least. */
    public Duration retention() {
        long longest = windows.longestMs();
        for (Windows own : windowsByAdvertiser.values()) {
            longest = Math.max(longest, own.longestMs());
        }
        // A click may wait for an impression, and a conversion for that click.
        return Duration.ofMillis(2 * longest).plusDays(1);
    }

    /**
     * Time of the beacons that close a finished input: with one in every topic-partition every timer fires and nothing
     * waits any more.
     *
     * @param lastTime greatest event time of the input, ms since the Unix epoch
     */
    public long closingTime(long lastTime) {
        return lastTime + longestTimerMs() + allowedDisorder.toMillis();
    }

    /** The longest time after an event at which one of its timers can be due, in ms. */
    long longestTimerMs() {
        long longest = windows.orphanAfter().toMillis();
        for (Windows own : windowsByAdvertiser.values()) {
            longest = Math.max(longest, own.orphanAfter().toMillis());
        }
        return Math.max(longest, allowedDisorder.toMillis()) + 1;
    }
}
