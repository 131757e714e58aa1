package io.lightflow.topology.statistics;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.FailureReason;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.statistics.UncountableEvent;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the joined events of a block on which counting fails, by bisecting the block. */
final class CountableBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(CountableBlocks.class);

    private final Position position;
    private final Block block;
    private final long txid;

    private CountableBlocks(Position position, Block block, long txid) {
        this.position = position;
        this.block = block;
        this.txid = txid;
    }

    /**
     * The block with the events set aside on which counting fails.
     *
     * @throws io.lightflow.position.GapException if the block begins above the position
     */
    static Block of(Position position, Block block, long txid) {
        return new CountableBlocks(position, block, txid).run();
    }

    private Block run() {
        if (failureOf(block.parts()) == null) {
            return block;
        }
        List<BlockPart> parts = new ArrayList<>(block.parts());
        for (int i = 0; i < parts.size(); i++) {
            parts.set(i, countable(i, parts.get(i)));
        }
        return new Block(block.shard(), parts, block.readMs());
    }

    private BlockPart countable(int number, BlockPart part) {
        List<BlockEntry> entries = new ArrayList<>(part.entries());
        bisect(number, part, entries, 0, entries.size());
        return with(part, entries);
    }

    private void bisect(int number, BlockPart part, List<BlockEntry> entries, int from, int to) {
        List<BlockPart> tried = new ArrayList<>();
        for (int i = 0; i < block.parts().size(); i++) {
            tried.add(with(block.parts().get(i), i == number ? part.entries().subList(from, to) : List.of()));
        }
        RuntimeException failure = failureOf(tried);
        if (failure == null) {
            return;
        }
        if (to - from > 1) {
            int middle = (from + to) >>> 1;
            bisect(number, part, entries, from, middle);
            bisect(number, part, entries, middle, to);
        } else if (to - from == 1 && entries.get(from) instanceof StatisticsFact fact) {
            LOG.error(
                    "Setting aside the record at offset {} of {}: counting fails",
                    fact.offset(),
                    part.topic(),
                    failure);
            entries.set(from, new UncountableEvent(fact.offset(), part.type(), FailureReason.of(failure), null));
        } else {
            throw failure;
        }
    }

    private RuntimeException failureOf(List<BlockPart> parts) {
        try {
            StatisticsStep.run(position, new Block(block.shard(), parts, block.readMs()), txid, new Statistics());
            return null;
        } catch (GapException e) {
            throw e;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static BlockPart with(BlockPart part, List<BlockEntry> entries) {
        return new BlockPart(
                part.topic(), part.type(), part.incarnation(), part.from(), part.to(), part.idle(), entries);
    }
}
