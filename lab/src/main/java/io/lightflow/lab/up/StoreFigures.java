package io.lightflow.lab.up;

import io.lightflow.topology.aerospike.Traffic;

/**
 * Aerospike's figures of a bench.
 *
 * @param blocks number of committed blocks
 * @param rowsPerSecond rows read and written
 * @param readWaitSeconds time that readers waited, summed over all threads
 */
public record StoreFigures(
        long blocks,
        double roundTripsPerBlock,
        long rowsRead,
        long rowsWritten,
        long rowsPerSecond,
        double readWaitSeconds,
        double writeWaitSeconds) {

    public static StoreFigures of(Traffic traffic, long blocks, double seconds) {
        return new StoreFigures(
                blocks,
                rounded((double) traffic.roundTrips() / blocks),
                traffic.rowsRead(),
                traffic.rowsWritten(),
                Math.round((traffic.rowsRead() + traffic.rowsWritten()) / seconds),
                rounded(traffic.readNanos() / 1e9),
                rounded(traffic.writeNanos() / 1e9));
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
