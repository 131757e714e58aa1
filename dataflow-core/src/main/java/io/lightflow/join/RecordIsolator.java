package io.lightflow.join;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Rejection;
import io.lightflow.event.TimeMark;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Runs the step on a block. If the step fails, the isolator finds the events that make it fail by bisecting the block,
 * and sets them aside. The step is pure, so it can run on parts of a block.
 *
 * <p>An event that is left out or set aside leaves its time, so that every run has the same watermark. A failure that
 * no event of the block causes is not isolated, nor is one of the store.
 */
public final class RecordIsolator {
    /** Hears of events that are set aside. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param count how many events of a block the step fails on
         * @param first the first one
         */
        void setAside(int count, LightEvent first, RuntimeException failure);
    }

    private final JoinStep step;
    private final WatchedStore store;
    private final Position position;
    private final Block block;
    private final long txid;
    private final Listener listener;
    /** The events of the block; listed only once the step has failed. */
    private List<LightEvent> events = List.of();
    /** The failures by place of the event in the block. */
    private final Map<Integer, RuntimeException> failing = new TreeMap<>();
    /** The result of the last run that succeeded. */
    private StepResult result;

    private RecordIsolator(
            JoinStep step, JoinStore store, Position position, Block block, long txid, Listener listener) {
        this.listener = listener;
        this.step = step;
        this.store = new WatchedStore(store);
        this.position = position;
        this.block = block;
        this.txid = txid;
    }

    /**
     * Runs the step, as {@link JoinStep#run}.
     *
     * @throws GapException if the block begins above the position
     * @throws StoreUnavailableException if the store is unavailable now
     * @throws SchemasUnavailableException if the schema of a stored body is unavailable now
     * @throws OutputTooLargeException if the block has several records and its outputs exceed the bound
     * @throws RuntimeException if the step fails and no event of the block causes it
     */
    public static StepResult run(
            JoinStep step, JoinStore store, Position position, Block block, long txid, Listener listener) {
        RecordIsolator isolator = new RecordIsolator(step, store, position, block, txid, listener);
        RuntimeException failure = isolator.failureOf(block);
        if (failure != null) {
            isolator.isolate(failure);
        }
        return isolator.result;
    }

    /** Runs the step. Returns null if it succeeds, or the failure if an event may be the cause. */
    private RuntimeException failureOf(Block part) {
        try {
            result = step.run(position, part, block.size(), txid, store);
            return null;
        } catch (GapException | StoreUnavailableException | SchemasUnavailableException | OutputTooLargeException e) {
            throw e;
        } catch (RuntimeException e) {
            if (e == store.failure) {
                throw e;
            }
            return e;
        }
    }

    private void isolate(RuntimeException failure) {
        events = events();
        if (failureOf(keeping(new BitSet())) != null) {
            throw failure;
        }
        bisect(0, events.size());
        BitSet others = range(0, events.size());
        failing.keySet().forEach(others::clear);
        if (failureOf(keeping(others)) != null) {
            // Some events fail only together with others: those that come later are set aside.
            grow(new BitSet(), others, 0, events.size());
        }
        int first = failing.keySet().iterator().next();
        listener.setAside(failing.size(), events.get(first), failing.get(first));
        RuntimeException again = failureOf(replaced(place -> isBlamed(place)
                ? step.setAside(events.get(place), failing.getOrDefault(place, failure))
                : events.get(place)));
        if (again != null) {
            throw again;
        }
        result = withTombstones(failing.keySet().stream().map(events::get).toList());
    }

    /** An attempt of another build may have stored an event that is set aside; its cell must never count. */
    private StepResult withTombstones(List<LightEvent> setAside) {
        List<NewCell> cells = new ArrayList<>(result.cells());
        setAside.forEach(event -> cells.addAll(
                Tombstones.ofRejected(event, position.join().takeovers(), position.watermarkOf(event.joinKey()))));
        return new StepResult(cells, result.events(), result.outputs(), result.position(), result.hasMoreTimers());
    }

    private boolean isBlamed(int place) {
        return failing.containsKey(place);
    }

    private List<LightEvent> events() {
        List<LightEvent> all = new ArrayList<>(block.size());
        for (BlockPart part : block.parts()) {
            for (BlockEntry entry : part.entries()) {
                if (entry instanceof LightEvent event) {
                    all.add(event);
                }
            }
        }
        return all;
    }

    /** Finds the events that fail alone. */
    private void bisect(int from, int to) {
        RuntimeException failure = failureOf(keeping(range(from, to)));
        if (failure == null) {
            return;
        }
        if (to - from == 1) {
            failing.put(from, failure);
            return;
        }
        int middle = (from + to) >>> 1;
        bisect(from, middle);
        bisect(middle, to);
    }

    /** Adds candidates to the kept events, on which the step succeeds, unless it fails then. */
    private void grow(BitSet kept, BitSet candidates, int from, int to) {
        BitSet more = range(from, to);
        more.and(candidates);
        if (more.isEmpty()) {
            return;
        }
        BitSet all = (BitSet) kept.clone();
        all.or(more);
        RuntimeException failure = failureOf(keeping(all));
        if (failure == null) {
            kept.or(more);
        } else if (more.cardinality() == 1) {
            failing.put(more.nextSetBit(0), failure);
        } else {
            int middle = (from + to) >>> 1;
            grow(kept, candidates, from, middle);
            grow(kept, candidates, middle, to);
        }
    }

    private static BitSet range(int from, int to) {
        BitSet range = new BitSet();
        range.set(from, to);
        return range;
    }

    /** The block with some of its events, and the times of the others. */
    private Block keeping(BitSet kept) {
        return replaced(place -> kept.get(place)
                ? events.get(place)
                : new TimeMark(events.get(place).offset(), events.get(place).time()));
    }

    /** @param entry what takes the place of an event */
    private Block replaced(IntFunction<BlockEntry> entry) {
        int place = 0;
        List<BlockPart> parts = new ArrayList<>(block.parts().size());
        for (BlockPart part : block.parts()) {
            List<BlockEntry> entries = new ArrayList<>(part.entries().size());
            for (BlockEntry old : part.entries()) {
                if (old instanceof LightEvent event) {
                    BlockEntry replacement = entry.apply(place++);
                    entries.add(replacement);
                    if (replacement instanceof Rejection) {
                        // As in a replay, in which the event is below the ledger and its time counts.
                        entries.add(new TimeMark(event.offset(), event.time()));
                    }
                } else {
                    entries.add(old);
                }
            }
            parts.add(new BlockPart(
                    part.topic(),
                    part.type(),
                    part.incarnation(),
                    part.from(),
                    part.to(),
                    part.idle(),
                    entries,
                    part.leaderEpoch()));
        }
        return new Block(block.shard(), parts, block.readMs());
    }

    /** Remembers a failure of the store, which no event causes. */
    private static final class WatchedStore implements JoinStore {
        private final JoinStore store;
        private RuntimeException failure;

        WatchedStore(JoinStore store) {
            this.store = store;
        }

        @Override
        public StoreReader reader(int shard) {
            StoreReader reader = store.reader(shard);
            return query -> {
                try {
                    return reader.read(query);
                } catch (RuntimeException e) {
                    failure = e;
                    throw e;
                }
            };
        }

        @Override
        public void write(List<StoreWrite> writes) {
            throw new IllegalStateException("the step writes no cells");
        }

        @Override
        public void close() {
            // The store belongs to the loop.
        }
    }
}
