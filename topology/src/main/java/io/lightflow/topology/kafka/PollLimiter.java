package io.lightflow.topology.kafka;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Ends a poll of the consumer early once its records have reached a number of bytes. Kafka limits what it fetches,
 * which is compressed, and the number of records, but not their size in memory.
 *
 * <p>The consumer deserializes one record after another, its key first. If that fails, it returns the records before,
 * and tries the failed record again in the next poll. The first record of a poll never fails. Used by the consumer's
 * thread.
 */
public final class PollLimiter {
    private long limit = Long.MAX_VALUE;
    private long used;
    private boolean keyRead;

    /** Begins a poll. */
    void begin(long maxBytes) {
        limit = maxBytes;
        used = 0;
        keyRead = false;
    }

    Deserializer<byte[]> keys() {
        return (topic, key) -> {
            requireRoom();
            keyRead = true;
            return counted(key);
        };
    }

    Deserializer<byte[]> values() {
        return (topic, value) -> {
            if (!keyRead) {
                requireRoom();
            }
            keyRead = false;
            return counted(value);
        };
    }

    private void requireRoom() {
        if (used >= limit) {
            throw new SerializationException("the poll has enough bytes");
        }
    }

    private byte[] counted(byte[] bytes) {
        used += bytes == null ? 0 : bytes.length;
        return bytes;
    }
}
