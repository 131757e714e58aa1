package io.lightflow.attribution;

import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * The time windows of an advertiser, in event time.
 *
 * @param impressionLookBack maximum age of a click's impression; also the minimum time for which events are kept
 * @param orphanAfter how long a click waits for its impression; an impression that is later than its click by more than
 *     this does not match
 * @param clickLookBack maximum age of the click that a conversion is attributed to
 * @param viewThrough maximum age of the impression that a conversion without a click is attributed to; zero turns
 *     view-through attribution off
 */
public record Windows(Duration impressionLookBack, Duration orphanAfter, Duration clickLookBack, Duration viewThrough) {

    /** The maximum of each window. */
    public static final Duration MAX_WINDOW = Duration.ofDays(400);

    public static final Windows DEFAULT =
            new Windows(Duration.ofDays(30), Duration.ofHours(24), Duration.ofDays(30), Duration.ZERO);

    public Windows {
        requireWithin("impressionLookBack", impressionLookBack, Duration.ofSeconds(1));
        requireWithin("orphanAfter", orphanAfter, Duration.ZERO);
        requireWithin("clickLookBack", clickLookBack, Duration.ofSeconds(1));
        requireWithin("viewThrough", viewThrough, Duration.ZERO);
    }

    private static void requireWithin(String name, Duration duration, Duration min) {
        Objects.requireNonNull(duration, name);
        if (duration.compareTo(min) < 0 || duration.compareTo(MAX_WINDOW) > 0) {
            throw new IllegalArgumentException("expected " + name + " between " + Durations.format(min) + " and "
                    + Durations.format(MAX_WINDOW) + ", found " + Durations.format(duration));
        }
    }

    /** The maximum time for which an event can matter, in ms. */
    public long maxMs() {
        return Math.max(
                Math.max(impressionLookBack.toMillis(), orphanAfter.toMillis()),
                Math.max(clickLookBack.toMillis(), viewThrough.toMillis()));
    }
}
