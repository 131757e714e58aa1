package io.lightflow.lab.feed;

import java.time.Duration;
import java.util.Objects;

/** The interval of beacons during feeding. */
public record BeaconCadence(Basis basis, Duration every) {
    /** The time that the interval is measured in. */
    public enum Basis {
        /** Wall-clock time, as in data centers. */
        CLOCK,
        /** Event time, for feeding faster than the events occurred. */
        EVENT_TIME
    }

    public BeaconCadence {
        Objects.requireNonNull(basis, "basis");
        if (every.compareTo(Duration.ofMillis(10)) < 0) {
            throw new IllegalArgumentException("time between beacons: expected 10 ms or more, found " + every);
        }
    }

    public static BeaconCadence onClock(Duration every) {
        return new BeaconCadence(Basis.CLOCK, every);
    }

    public static BeaconCadence inEventTime(Duration every) {
        return new BeaconCadence(Basis.EVENT_TIME, every);
    }
}
