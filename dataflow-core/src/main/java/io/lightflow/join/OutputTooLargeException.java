package io.lightflow.join;

import io.lightflow.event.Block;

/** The outputs of a block exceed the bound. The caller runs the step on {@linkplain Block#halves its halves}. */
public final class OutputTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputTooLargeException(int shard, int records, long maxBytes) {
        super("expected at most " + maxBytes + " bytes of outputs from a block, found more from " + records
                + " records of shard " + shard);
    }
}
