package io.lightflow.watermark;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Position;

/**
 * Computes how a block moves a shard's watermark. The watermark of a topic-partition is its greatest event time minus
 * the allowed disorder. The shard's watermark is the least of them, except idle ones, and never goes back (invariant
 * F).
 */
public final class Watermarks {
    private Watermarks() {}

    /** Returns the greatest event time of each part of the block, {@link Position#NO_TIME} for none. */
    public static long[] maxTimes(Block block) {
        long[] maxTimes = new long[block.parts().size()];
        for (int i = 0; i < maxTimes.length; i++) {
            long max = Position.NO_TIME;
            for (BlockEntry entry : block.parts().get(i).entries()) {
                if (entry instanceof LightEvent event) {
                    max = Math.max(max, event.time());
                } else if (entry instanceof BeaconMark beacon) {
                    max = Math.max(max, beacon.time());
                }
            }
            maxTimes[i] = max;
        }
        return maxTimes;
    }

    /**
     * Returns the watermark after the block.
     *
     * @param maxTimes greatest event time of each part of the block
     * @param allowedDisorderMs how much older than its predecessors in the same topic-partition an event may be
     */
    public static long after(Position position, Block block, long[] maxTimes, long allowedDisorderMs) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < maxTimes.length; i++) {
            BlockPart part = block.parts().get(i);
            if (part.idle()) {
                continue;
            }
            long max = Math.max(maxTimes[i], position.maxTime(part.topic()));
            if (max == Position.NO_TIME) {
                return position.watermark();
            }
            least = Math.min(least, max - allowedDisorderMs);
        }
        return least == Long.MAX_VALUE ? position.watermark() : Math.max(position.watermark(), least);
    }
}
