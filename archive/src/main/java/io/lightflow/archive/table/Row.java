package io.lightflow.archive.table;

import java.util.Arrays;
import org.apache.parquet.io.api.Binary;

/**
 * A record on its way into a file.
 *
 * @param prefix the first eight bytes of its key, which decide most comparisons
 * @param of where it was
 * @param topic name of its topic
 * @param timeMs its event time
 * @param plan how its body is copied
 * @param failure why it does not decode; null if it does
 */
record Row(long prefix, Records of, Binary topic, ArchiveRecord record, long timeMs, BodyPlan plan, String failure)
        implements Comparable<Row> {
    private static final byte[] NO_KEY = {};

    Row(Records of, Binary topic, ArchiveRecord record, long timeMs, BodyPlan plan, String failure) {
        this(prefix(record.key()), of, topic, record, timeMs, plan, failure);
    }

    private static long prefix(byte[] key) {
        long prefix = 0;
        int length = key == null ? 0 : Math.min(Long.BYTES, key.length);
        for (int i = 0; i < length; i++) {
            prefix |= (key[i] & 0xffL) << (56 - 8 * i);
        }
        return prefix;
    }

    /** By key, topic and offset. */
    @Override
    public int compareTo(Row other) {
        int order = Long.compareUnsigned(prefix, other.prefix);
        if (order == 0) {
            order = Arrays.compareUnsigned(key(), other.key());
        }
        if (order == 0) {
            order = of.topic().compareTo(other.of.topic());
        }
        return order == 0 ? Long.compare(record.offset(), other.record.offset()) : order;
    }

    private byte[] key() {
        return record.key() == null ? NO_KEY : record.key();
    }
}
