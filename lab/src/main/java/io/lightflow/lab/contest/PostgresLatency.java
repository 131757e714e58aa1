package io.lightflow.lab.contest;

import java.sql.SQLException;
import org.HdrHistogram.Histogram;

/** Measures how long clicks take until PostgreSQL has counted them. One thread looks; another reports joined clicks. */
interface PostgresLatency extends AutoCloseable {
    /** A click was found in the output topic. Thread-safe. */
    void joined(int partition, long offset, long sentMs);

    /**
     * Records the latencies, in ms, of the clicks that have been counted since the last call.
     *
     * @param fromMs clicks that were sent earlier do not count
     */
    void look(long fromMs, Histogram latencies) throws SQLException;

    @Override
    void close() throws SQLException;
}
