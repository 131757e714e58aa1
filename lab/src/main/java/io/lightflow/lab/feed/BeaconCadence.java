package io.lightflow.lab.feed;

import java.time.Duration;
import java.util.Objects;

/** How often beacons are sent while events are fed. */
public record BeaconCadence(Basis basis, Duration every) {
    /** What the time between two beacons is measured in. */
    public enum Basis {
        /** The clock on the wall, as data centers do. */
        CLOCK,
        /** The time of the events fed, for feeding faster than they happened. */
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
