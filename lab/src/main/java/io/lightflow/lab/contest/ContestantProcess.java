package io.lightflow.lab.contest;

import java.util.OptionalLong;

/** A contestant at work. */
interface ContestantProcess extends AutoCloseable {
    long processId();

    /** When it read its first record, in ms since the Unix epoch, if the process itself tells. */
    OptionalLong firstReadMs();

    /** Ends it at once. */
    @Override
    void close();
}
