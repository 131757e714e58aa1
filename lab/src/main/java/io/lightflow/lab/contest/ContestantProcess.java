package io.lightflow.lab.contest;

import io.lightflow.lab.measure.ProcessUsage;
import java.util.OptionalLong;

/** A contestant at work, in one process or several. */
interface ContestantProcess extends AutoCloseable {
    /** The usage of its running processes so far. */
    ProcessUsage usage();

    boolean isAlive();

    /** When it read its first record, in ms since the Unix epoch, if the process itself tells. */
    OptionalLong firstReadMs();

    /** Ends it at once. */
    @Override
    void close();
}
