package io.lightflow.rebuild;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.join.JoinStep;
import io.lightflow.join.OutputTooLargeException;
import io.lightflow.join.RecordIsolator;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books;
import io.lightflow.position.JoinProgress;
import io.lightflow.position.KeysAhead;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Fills a store with the cells of one shard, without outputs (invariant L). It reads the shard's log up to the ledger's
 * position with the same step as the topology. The status of a stored event follows from the cells and the watermark,
 * so the topology continues from the rebuilt store as from the lost one.
 *
 * <p>The watermark at which an event is ingested can differ from the first time, since blocks differ. That changes no
 * decision about an event within the allowed disorder: both watermarks lie below its time. The watermark never passes
 * the ledger's, so later events are judged as they would have been.
 *
 * <p>The store may hold cells of former attempts or of an older copy. Used by one thread.
 */
public final class ShardRebuild {
    private final JoinStep step;
    private final JoinStore store;
    private final Position target;
    private final SortedMap<String, Long> oldestMs = new TreeMap<>();
    private Position position;
    private long events;

    /**
     * @param begin where to begin: what the store holds already
     * @param target the ledger's position, with the takeover number of the rebuild
     */
    public ShardRebuild(JoinStep step, JoinStore store, Position begin, Position target) {
        this.step = step;
        this.store = store;
        this.position = begin.with(target.join().with(KeysAhead.NONE));
        this.target = target;
    }

    /** Where to read next. */
    public Position position() {
        return position;
    }

    /** The ledger's position. */
    public Position target() {
        return target;
    }

    /** Whether the store has everything of an incarnation that the ledger has. */
    public boolean has(String topic, int incarnation) {
        return position.nextOffset(topic, incarnation) >= target.nextOffset(topic, incarnation);
    }

    /** Number of events that were read. */
    public long events() {
        return events;
    }

    /** The time of the oldest event that was read of each topic, ms since the Unix epoch. */
    public SortedMap<String, Long> oldestMs() {
        return oldestMs;
    }

    /** Number of events that the ledger has and the rebuild has not found. */
    public long missing() {
        return target.books().total(Books.Entry.IN) - position.books().total(Books.Entry.IN);
    }

    /**
     * Adds the cells of a block. What the ledger does not have yet is left out.
     *
     * @throws io.lightflow.position.GapException if the block begins above the position
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable; the call may be repeated
     */
    public void add(Block block) {
        List<BlockPart> parts = new ArrayList<>(block.parts().size());
        for (BlockPart part : block.parts()) {
            parts.add(upToLedger(part));
        }
        run(new Block(block.shard(), parts, block.readMs()));
        parts.forEach(this::tell);
    }

    private void run(Block block) {
        StepResult result;
        do {
            try {
                // An event that the topology set aside has no cells.
                result = RecordIsolator.run(step, store, position, block, target.txid(), (count, first, failure) -> {});
            } catch (OutputTooLargeException e) {
                block.halves().forEach(this::run);
                return;
            }
            write(result.write(block.shard()));
            position = capped(result.position());
        } while (result.hasMoreTimers() && position.watermark() < target.watermark());
    }

    private void write(StoreWrite write) {
        if (!write.isEmpty()) {
            store.write(List.of(write));
        }
    }

    /** An event that is ingested above the ledger's watermark would be late, or decided too late. */
    private Position capped(Position next) {
        KeysAhead ahead = next.join().ahead();
        return next.withWatermark(Math.min(next.watermark(), target.watermark()))
                .with(next.join().with(ahead.time() > target.watermark() ? KeysAhead.NONE : ahead));
    }

    /** What the ledger holds for the join once the store is filled. The keys that are ahead are those of the ledger. */
    public JoinProgress progress() {
        return position.join().with(target.join().ahead());
    }

    /**
     * A part that is read up to the ledger does not hold the watermark back any more. Its events keep their order, so
     * none of another part is late because of it.
     */
    private BlockPart upToLedger(BlockPart part) {
        long end = target.nextOffset(part.topic(), part.incarnation());
        long from = Math.min(part.from(), end);
        long to = Math.min(part.to(), end);
        List<BlockEntry> entries =
                part.entries().stream().filter(entry -> entry.offset() < end).toList();
        boolean idle = to >= end && hasOthers(part.topic(), part.incarnation());
        return new BlockPart(part.topic(), part.type(), part.incarnation(), from, to, idle, entries);
    }

    private boolean hasOthers(String topic, int incarnation) {
        return !target.topics().containsKey(topic)
                || target.topics().get(topic).incarnations().stream()
                        .allMatch(other -> other.id() == incarnation || has(topic, other.id()));
    }

    private void tell(BlockPart part) {
        for (BlockEntry entry : part.entries()) {
            if (entry instanceof LightEvent event) {
                events++;
                oldestMs.merge(part.topic(), event.time(), Math::min);
            }
        }
    }
}
