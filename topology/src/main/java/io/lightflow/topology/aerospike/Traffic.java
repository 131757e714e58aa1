package io.lightflow.topology.aerospike;

import java.util.concurrent.atomic.LongAdder;

/**
 * The requests that this process has sent to Aerospike so far.
 *
 * @param roundTrips times that a batch, or several at once, were sent and waited for
 * @param rowsRead records requested
 * @param rowsWritten records written
 * @param readNanos how long readers waited, summed over threads, ns
 * @param writeNanos how long writers waited, ns
 */
public record Traffic(long roundTrips, long rowsRead, long rowsWritten, long readNanos, long writeNanos) {
    private static final LongAdder ROUND_TRIPS = new LongAdder();
    private static final LongAdder ROWS_READ = new LongAdder();
    private static final LongAdder ROWS_WRITTEN = new LongAdder();
    private static final LongAdder READ_NANOS = new LongAdder();
    private static final LongAdder WRITE_NANOS = new LongAdder();

    /** Any thread may ask. */
    public static Traffic now() {
        return new Traffic(ROUND_TRIPS.sum(), ROWS_READ.sum(), ROWS_WRITTEN.sum(), READ_NANOS.sum(), WRITE_NANOS.sum());
    }

    public Traffic since(Traffic earlier) {
        return new Traffic(
                roundTrips - earlier.roundTrips,
                rowsRead - earlier.rowsRead,
                rowsWritten - earlier.rowsWritten,
                readNanos - earlier.readNanos,
                writeNanos - earlier.writeNanos);
    }

    static void count(boolean isWrite, int records, long nanos) {
        ROUND_TRIPS.increment();
        (isWrite ? ROWS_WRITTEN : ROWS_READ).add(records);
        (isWrite ? WRITE_NANOS : READ_NANOS).add(nanos);
    }
}
