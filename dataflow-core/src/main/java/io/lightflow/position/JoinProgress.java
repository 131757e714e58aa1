package io.lightflow.position;

import java.util.Objects;

/**
 * The part of a position that only the join needs.
 *
 * @param takeovers number of attempts that have opened the shard. The opening commits it before the attempt writes its
 *     first cell, so no two attempts share a number. Of two cells with one origin, the one with the greater number
 *     counts
 * @param lastTimer greatest due time of all timers that were set, ms since the Unix epoch; {@link Position#NO_TIME} for
 *     none
 * @param ahead the keys whose timers have fired beyond the watermark
 */
public record JoinProgress(int takeovers, long lastTimer, KeysAhead ahead) {

    /** The progress of a shard that no attempt has opened. */
    public static final JoinProgress NONE = new JoinProgress(0, Position.NO_TIME);

    public JoinProgress {
        Objects.requireNonNull(ahead, "ahead");
        if (takeovers < 0) {
            throw new IllegalArgumentException("expected 0 or more takeovers, found " + takeovers);
        }
    }

    /** The progress of a shard in which no key is ahead. */
    public JoinProgress(int takeovers, long lastTimer) {
        this(takeovers, lastTimer, KeysAhead.NONE);
    }

    /** This progress with other keys ahead. */
    public JoinProgress with(KeysAhead others) {
        return new JoinProgress(takeovers, lastTimer, others);
    }
}
