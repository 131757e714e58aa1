package io.lightflow.attribution;

import java.time.Duration;
import java.util.Objects;

/**
 * How long events of an advertiser wait for and look back at each other, in event time.
 *
 * @param impressionLookBack how old the impression of a click may be; also how long events are kept at least
 * @param orphanAfter how long a click waits for its impression; an impression stamped later than this after its click
 *     is not its impression
 * @param clickLookBack how old the click may be that a conversion is attributed to
 * @param viewThrough how old the impression may be that a conversion without a click is attributed to; zero turns this
 *     off
 */
public record Windows(Duration impressionLookBack, Duration orphanAfter, Duration clickLookBack, Duration viewThrough) {

    private static final Duration LONGEST = Duration.ofDays(400);

    public static final Windows DEFAULT =
            new Windows(Duration.ofDays(30), Duration.ofHours(24), Duration.ofDays(30), Duration.ZERO);

    public Windows {
        requireWithin("impressionLookBack", impressionLookBack, Duration.ofSeconds(1));
        requireWithin("orphanAfter", orphanAfter, Duration.ZERO);
        requireWithin("clickLookBack", clickLookBack, Duration.ofSeconds(1));
        requireWithin("viewThrough", viewThrough, Duration.ZERO);
    }

    private static void requireWithin(String name, Duration duration, Duration least) {
        Objects.requireNonNull(duration, name);
        if (duration.compareTo(least) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " must lie between " + least + " and " + LONGEST + ", found " + duration);
        }
    }

    /** The longest time that an event can still matter, in ms. */
    public long longestMs() {
        return Math.max(
                Math.max(impressionLookBack.toMillis(), orphanAfter.toMillis()),
                Math.max(clickLookBack.toMillis(), viewThrough.toMillis()));
    }
}
