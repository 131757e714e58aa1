package io.lightflow.event;

import java.util.List;

/**
 * The records that were polled for one shard in one micro-batch.
 *
 * @param shard partition number of all parts
 * @param parts one for each topic-partition of the shard, ordered by topic name
 * @param readMs when polling had finished, ms since the Unix epoch
 */
public record Block(int shard, List<BlockPart> parts, long readMs) {
    public Block {
        parts = List.copyOf(parts);
    }

    /** Number of records of all parts. */
    public int size() {
        int size = 0;
        for (BlockPart part : parts) {
            size += part.entries().size();
        }
        return size;
    }
}
