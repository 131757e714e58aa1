package io.lightflow.topology.settings;

import java.time.Duration;

/** @param pollBytes the most bytes of keys and values that a task polls for one batch */
public record PaceSection(
        Integer pollRecords,
        Duration emitInterval,
        Integer batchesInFlight,
        Duration maxSkew,
        Duration idleAfter,
        Beacons beacons,
        DataSize pollBytes) {
    public PaceSection {
        pollRecords = Require.within("pace.pollRecords", Require.orElse(pollRecords, 40_000), 1, 1_000_000);
        emitInterval = Require.within(
                "pace.emitInterval",
                Require.orElse(emitInterval, Duration.ofMillis(30)),
                Duration.ofMillis(1),
                Duration.ofMinutes(1));
        batchesInFlight = Require.within("pace.batchesInFlight", Require.orElse(batchesInFlight, 2), 1, 16);
        maxSkew = Require.within(
                "pace.maxSkew",
                Require.orElse(maxSkew, Duration.ofMinutes(1)),
                Duration.ofSeconds(1),
                Duration.ofDays(30));
        idleAfter = Require.within(
                "pace.idleAfter",
                Require.orElse(idleAfter, Duration.ofSeconds(30)),
                Duration.ofMillis(1),
                Duration.ofDays(1));
        beacons = Require.orElse(beacons, Beacons.EXPECTED);
        pollBytes = Require.within(
                "pace.pollBytes",
                Require.orElse(pollBytes, DataSize.ofMegabytes(64)),
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(1024));
    }

    /** {@link #emitInterval}, or a longer one where a topology gains nothing by frequent batches. */
    public Duration emitIntervalOfAtLeast(Duration shortest) {
        return emitInterval.compareTo(shortest) < 0 ? shortest : emitInterval;
    }

    /** Whether the data centers send beacons. */
    public enum Beacons {
        /** They do: a topic-partition without news holds the watermark back, since its link may be down. */
        EXPECTED,
        /** They do not: the watermark ignores a topic-partition that is caught up and idle. */
        NONE
    }
}
