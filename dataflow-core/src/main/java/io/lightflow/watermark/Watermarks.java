package io.lightflow.watermark;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.event.TimeMark;
import io.lightflow.position.Position;
import io.lightflow.position.ProducerClocks;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes how a block moves a shard's watermark. The shard's watermark is the least of its topic-partitions, except
 * idle ones, and never goes back (invariant F). That of a topic-partition is the time that its producers' clocks have
 * reached, minus the allowed disorder. If no beacon names its producer, the greatest event time counts instead.
 */
public final class Watermarks {
    private Watermarks() {}

    /**
     * The times in a block.
     *
     * @param maxTimes greatest event time of each part of the block, {@link Position#NO_TIME} for none
     * @param clocks the producers' clocks after each part of the block
     */
    public record BlockTimes(long[] maxTimes, List<ProducerClocks> clocks) {}

    /** Reads the times in a block that follows the position. Beacons below the position are known already. */
    public static BlockTimes times(Position position, Block block) {
        int parts = block.parts().size();
        long[] maxTimes = new long[parts];
        List<ProducerClocks> clocks = new ArrayList<>(parts);
        for (int i = 0; i < parts; i++) {
            BlockPart part = block.parts().get(i);
            long committed = position.nextOffset(part.topic(), part.incarnation());
            ProducerClocks after = position.clocks(part.topic());
            long max = Position.NO_TIME;
            for (BlockEntry entry : part.entries()) {
                if (entry instanceof LightEvent event) {
                    max = Math.max(max, event.time());
                } else if (entry instanceof BeaconMark beacon) {
                    max = Math.max(max, beacon.time());
                    if (beacon.offset() >= committed) {
                        after = after.after(beacon.producer(), beacon.time(), block.readMs());
                    }
                } else if (entry instanceof TimeMark mark) {
                    max = Math.max(max, mark.time());
                }
            }
            maxTimes[i] = max;
            clocks.add(after);
        }
        return new BlockTimes(maxTimes, clocks);
    }

    /**
     * Returns the watermark after the block.
     *
     * @param allowedDisorderMs how much older than its predecessors in the same topic-partition an event may be
     */
    public static long after(Position position, Block block, BlockTimes times, long allowedDisorderMs) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < times.maxTimes().length; i++) {
            BlockPart part = block.parts().get(i);
            if (part.idle()) {
                continue;
            }
            long reached = times.clocks().get(i).reached();
            if (reached == Position.NO_TIME) {
                reached = Math.max(times.maxTimes()[i], position.maxTime(part.topic()));
            }
            if (reached == Position.NO_TIME) {
                return position.watermark();
            }
            least = Math.min(least, reached - allowedDisorderMs);
        }
        return least == Long.MAX_VALUE ? position.watermark() : Math.max(position.watermark(), least);
    }
}
