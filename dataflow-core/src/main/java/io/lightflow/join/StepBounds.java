package io.lightflow.join;

/**
 * Bounds of one step (invariant K).
 *
 * @param outputBytes bound for the outputs: many small clicks on one large impression become many large outputs. One
 *     record, or the timers of one join key and millisecond, may exceed it
 * @param timers number of timers that a block of fewer records may fire, approximately: not more than twice as many,
 *     and those of one join key and millisecond. A larger block may fire as many as it has records
 */
public record StepBounds(long outputBytes, int timers) {
    /** For blocks of a known size. */
    public static final StepBounds NONE = new StepBounds(Long.MAX_VALUE, Integer.MAX_VALUE);

    public StepBounds {
        if (outputBytes < 1 || timers < 1) {
            throw new IllegalArgumentException(
                    "expected bounds of at least 1, found " + outputBytes + " bytes and " + timers + " timers");
        }
    }
}
