package io.lightflow.event;

import java.util.ArrayList;
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

    /**
     * The block in two: the first half of its records, and the rest. A block of one record stays whole.
     *
     * @return blocks that are processed one after the other
     */
    public List<Block> halves() {
        int records = size();
        if (records < 2) {
            return List.of(this);
        }
        List<BlockPart> first = new ArrayList<>(parts.size());
        List<BlockPart> rest = new ArrayList<>(parts.size());
        int wanted = records / 2;
        for (BlockPart part : parts) {
            int count = Math.min(wanted, part.entries().size());
            first.add(part.first(count));
            rest.add(part.afterFirst(count));
            wanted -= count;
        }
        return List.of(new Block(shard, first, readMs), new Block(shard, rest, readMs));
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
