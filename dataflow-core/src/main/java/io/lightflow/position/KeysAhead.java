package io.lightflow.position;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The join keys of a shard that are ahead of its watermark. So many timers may be due at one time that a step fires
 * those of some keys only: of the least ones, in the order of their UTF-8 bytes. The watermark stays below that time,
 * and reaches it when the timers of the last key have fired.
 *
 * @param time up to which these keys have decided everything, ms since the Unix epoch; {@link Position#NO_TIME} if no
 *     key is ahead
 * @param lastKey the greatest of these keys
 */
public record KeysAhead(long time, String lastKey) {

    /** No key is ahead. */
    public static final KeysAhead NONE = new KeysAhead(Position.NO_TIME, "");

    public KeysAhead {
        Objects.requireNonNull(lastKey, "lastKey");
    }

    /** The watermark of a key in a shard whose other keys are at the given one. */
    public long watermarkOf(String joinKey, long watermark) {
        return time > watermark && includes(joinKey.getBytes(StandardCharsets.UTF_8)) ? time : watermark;
    }

    /** @param joinKey in UTF-8 */
    public boolean includes(byte[] joinKey) {
        return time != Position.NO_TIME
                && Arrays.compareUnsigned(joinKey, lastKey.getBytes(StandardCharsets.UTF_8)) <= 0;
    }

    /** These keys, as far as they are ahead of a watermark. */
    public KeysAhead of(long watermark) {
        return time > watermark ? this : NONE;
    }
}
