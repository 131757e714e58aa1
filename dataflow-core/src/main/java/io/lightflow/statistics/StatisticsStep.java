package io.lightflow.statistics;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.position.ProducerClocks;
import java.util.Collections;
import java.util.List;

/**
 * Counts one block at a time: adds its joined events to their minute rows. It is pure, except that it adds to the rows
 * that it is given.
 *
 * <p>The watermark of a statistics shard is that of the join, which writes beacons to its joined topics. The rows hold
 * everything up to it, except clicks and conversions that still wait.
 */
public final class StatisticsStep {
    private StatisticsStep() {}

    /**
     * @param position the position up to which the shard is counted, in {@code rows} or before
     * @param rows changed only if the block begins at the position or below
     * @return the position after the block, to be committed together with the rows
     * @throws io.lightflow.position.GapException if the block begins above the position
     */
    public static Position run(Position position, Block block, long txid, Statistics rows) {
        long[] maxTimes = maxBeacons(block);
        long watermark = watermark(position, block, maxTimes);
        List<ProducerClocks> none = Collections.nCopies(maxTimes.length, ProducerClocks.NONE);
        Position next = position.after(block, maxTimes, none, watermark, txid, position.books());
        Books.Editor books = position.books().edit();
        for (BlockPart part : block.parts()) {
            long committed = position.nextOffset(part.topic(), part.incarnation());
            for (BlockEntry entry : part.entries()) {
                if (entry.offset() < committed) {
                    continue;
                }
                if (entry instanceof StatisticsFact fact) {
                    books.add(fact.type(), Entry.IN, 1).add(fact.type(), Entry.JOINED, 1);
                    fact.addTo(rows.minute(fact.row()));
                } else if (entry instanceof UncountedEvent event) {
                    books.add(event.type(), Entry.IN, 1).add(event.type(), Entry.UNATTRIBUTED, 1);
                } else if (entry instanceof UncountableEvent event) {
                    books.add(event.type(), Entry.IN, 1).add(event.type(), Entry.REJECTED, 1);
                    rows.setAside(new SetAsideRecord(part.topic(), part.incarnation(), block.shard(), event));
                }
            }
        }
        return next.with(books.done());
    }

    private static long[] maxBeacons(Block block) {
        long[] maxTimes = new long[block.parts().size()];
        for (int i = 0; i < maxTimes.length; i++) {
            maxTimes[i] = Position.NO_TIME;
            for (BlockEntry entry : block.parts().get(i).entries()) {
                if (entry instanceof BeaconMark beacon) {
                    maxTimes[i] = Math.max(maxTimes[i], beacon.time());
                }
            }
        }
        return maxTimes;
    }

    private static long watermark(Position position, Block block, long[] maxTimes) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < maxTimes.length; i++) {
            least = Math.min(
                    least,
                    Math.max(maxTimes[i], position.maxTime(block.parts().get(i).topic())));
        }
        return least == Long.MAX_VALUE ? position.watermark() : Math.max(position.watermark(), least);
    }
}
