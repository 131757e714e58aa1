package io.lightflow.identity;

import io.lightflow.position.StoreVersion;
import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The byte format of a store's marks. Each write to the store adds the mark of its version, in the same call as the
 * cells that it stands for.
 *
 * <pre>
 * row                             cell key                                   value
 * 's' shard bucket group          sequence id attempt                        -
 * </pre>
 *
 * A bucket holds {@value #MARKS_PER_BUCKET} sequences. The group is part of the row, since groups may share a store.
 */
final class StoreMarks {
    static final int MARKS_PER_BUCKET = 64;

    private static final byte[] EMPTY = {};

    private StoreMarks() {}

    static long bucket(long sequence) {
        return sequence / MARKS_PER_BUCKET;
    }

    static RowRange row(String group, int shard, long bucket) {
        return RowRange.wholeRow(rowKey(group, shard, bucket));
    }

    private static byte[] rowKey(String group, int shard, long bucket) {
        byte[] name = group.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(13 + name.length)
                .put((byte) 's')
                .putInt(shard)
                .putLong(bucket)
                .put(name)
                .array();
    }

    static NewCell mark(String group, int shard, StoreVersion version) {
        byte[] key = ByteBuffer.allocate(16)
                .putLong(version.sequence())
                .putInt(version.id())
                .putInt(version.attempt())
                .array();
        return new NewCell(rowKey(group, shard, bucket(version.sequence())), key, EMPTY);
    }

    static StoreVersion version(Cell mark) {
        ByteBuffer key = ByteBuffer.wrap(mark.key());
        long sequence = key.getLong();
        return new StoreVersion(key.getInt(), sequence, key.getInt());
    }
}
