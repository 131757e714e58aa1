package io.lightflow.identity;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.StoreVersion;
import io.lightflow.store.Cell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreWrite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Ties the join store to the ledger (invariant L). The ledger holds the {@link StoreVersion} of its last write, and the
 * store holds a mark of every write. A store without that mark is empty, foreign or older than the ledger. A store with
 * marks of several later writes is newer.
 *
 * <p>The mark of an attempt that did not commit is not taken for that of the committed one: a copy that was made
 * between them lacks the cells of the latter. Used by one thread.
 */
public final class StoreIdentity {
    /** A store forgets marks after its retention, which is at least a day. */
    private static final Duration MARK_INTERVAL = Duration.ofHours(6);

    /**
     * How many writes a store may be ahead of its ledger: that of a block whose commit Kafka reported and then forgot,
     * and that of the next block, which waited for this commit. Kafka begins no transaction before the former one has
     * ended everywhere, so it cannot forget two.
     */
    private static final int MAX_WRITES_AHEAD = 2;

    private static final String WAYS_OUT = ". Put the right store back, or fill a new one from the light topics with:"
            + " lightflow rebuild-store --settings FILE";

    private final String group;
    private final JoinStore store;
    private final BooleanSupplier wasEmpty;
    private final IntSupplier newIds;
    /** When this loop last marked a shard, ms since the Unix epoch. */
    private final Map<Integer, Long> markedMs = new HashMap<>();

    /**
     * @param wasEmpty whether the store was empty when this process opened it; asked only for a ledger of a build that
     *     knew no store ids
     * @param newIds gives random ids to new stores and to attempts
     */
    public StoreIdentity(String group, JoinStore store, BooleanSupplier wasEmpty, IntSupplier newIds) {
        this.group = group;
        this.store = store;
        this.wasEmpty = wasEmpty;
        this.newIds = newIds;
    }

    /**
     * Compares the store with the ledger of each shard.
     *
     * @param ledger committed positions, by shard
     * @return why the store is not the right one, by shard; a shard whose store is right is absent
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable
     */
    public Map<Integer, String> mismatches(Map<Integer, Position> ledger) {
        Map<Integer, String> mismatches = new TreeMap<>();
        for (Map.Entry<Integer, Position> shard : ledger.entrySet()) {
            mismatch(shard.getKey(), shard.getValue()).ifPresent(reason -> mismatches.put(shard.getKey(), reason));
        }
        return mismatches;
    }

    private Optional<String> mismatch(int shard, Position ledger) {
        StoreVersion expected = ledger.store();
        boolean found = false;
        long newest = 0;
        for (StoreVersion mark : marksAround(shard, expected.sequence())) {
            if (mark.id() == expected.id() || !expected.isKnown()) {
                found |= mark.equals(expected);
                newest = Math.max(newest, mark.sequence());
            }
        }
        if (newest > expected.sequence() + MAX_WRITES_AHEAD) {
            return Optional.of(stopped(shard) + "the join store is newer than the ledger. Expected "
                    + expected + ", found at least write " + newest + "; the ledger was lost or set back, so events"
                    + " would be emitted twice. Restore the ledger. If it is right, fill a new store with: lightflow"
                    + " rebuild-store --settings FILE");
        }
        if (expected.isKnown()) {
            return found ? Optional.empty() : Optional.of(missing(shard, expected));
        }
        boolean hasJoined = ledger.books().total(Books.Entry.IN) > 0;
        return hasJoined && wasEmpty.getAsBoolean()
                ? Optional.of(stopped(shard) + "the join store is empty, but the ledger has joined events. Expected the"
                        + " store of these events" + WAYS_OUT)
                : Optional.empty();
    }

    private String missing(int shard, StoreVersion expected) {
        OptionalLong last = newestBelow(shard, expected);
        return stopped(shard) + "the join store is not the one of the ledger. Expected " + expected + ", found "
                + (last.isPresent()
                        ? "an older copy that ends at write " + last.getAsLong()
                        : "no mark of it, so the store is empty or belongs to others")
                + WAYS_OUT;
    }

    private String stopped(int shard) {
        return "shard " + shard + " of group " + group + " stopped: ";
    }

    private List<StoreVersion> marksAround(int shard, long sequence) {
        long first = StoreMarks.bucket(sequence);
        List<RowRange> rows = new ArrayList<>(2);
        rows.add(StoreMarks.row(group, shard, first));
        long last = StoreMarks.bucket(sequence + MAX_WRITES_AHEAD + 1);
        if (last > first) {
            rows.add(StoreMarks.row(group, shard, last));
        }
        return marks(shard, rows);
    }

    private List<StoreVersion> marks(int shard, List<RowRange> rows) {
        List<StoreVersion> marks = new ArrayList<>();
        for (List<Cell> row : store.reader(shard).read(StoreQuery.ofRows(rows)).rows()) {
            row.forEach(cell -> marks.add(StoreMarks.version(cell)));
        }
        return marks;
    }

    /** The last write of the expected store that an older copy holds. Looks back in growing steps, then halves. */
    private OptionalLong newestBelow(int shard, StoreVersion expected) {
        long without = StoreMarks.bucket(expected.sequence()) + 1;
        for (long step = 1; ; step *= 2) {
            long bucket = Math.max(0, StoreMarks.bucket(expected.sequence()) + 1 - step);
            if (newestIn(shard, bucket, expected.id()).isPresent()) {
                return newestBetween(shard, bucket, without, expected.id());
            }
            if (bucket == 0) {
                return OptionalLong.empty();
            }
            without = bucket;
        }
    }

    private OptionalLong newestBetween(int shard, long with, long without, int id) {
        long low = with;
        long high = without;
        while (high - low > 1) {
            long middle = (low + high) / 2;
            if (newestIn(shard, middle, id).isPresent()) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return newestIn(shard, low, id);
    }

    private OptionalLong newestIn(int shard, long bucket, int id) {
        return marks(shard, List.of(StoreMarks.row(group, shard, bucket))).stream()
                .filter(mark -> mark.id() == id)
                .mapToLong(StoreVersion::sequence)
                .max();
    }

    /** A write with its mark, and the version that it leaves. */
    public record MarkedWrite(StoreWrite write, StoreVersion version) {}

    /**
     * Adds a mark to a block's write. A block that writes nothing gets none, except that a mark is repeated before the
     * store's retention can drop it.
     *
     * @param before the version before the block
     * @param nowMs when the block was read, ms since the Unix epoch
     */
    public MarkedWrite mark(StoreWrite write, StoreVersion before, long nowMs) {
        Long last = markedMs.get(write.shard());
        boolean isRecent = last != null && nowMs - last < MARK_INTERVAL.toMillis();
        if (write.isEmpty() && isRecent) {
            return new MarkedWrite(write, before);
        }
        StoreVersion version = before.isKnown() ? before.next(newIds.getAsInt()) : newStore();
        List<NewCell> cells = new ArrayList<>(write.cells());
        cells.add(StoreMarks.mark(group, write.shard(), version));
        markedMs.put(write.shard(), nowMs);
        return new MarkedWrite(new StoreWrite(write.shard(), cells, write.events()), version);
    }

    /** A mark that makes a store the one of a version that a rebuilt ledger will hold. */
    public StoreVersion markRebuilt(int shard) {
        StoreVersion version = newStore();
        store.write(List.of(new StoreWrite(shard, List.of(StoreMarks.mark(group, shard, version)), List.of())));
        return version;
    }

    private StoreVersion newStore() {
        int id;
        do {
            id = newIds.getAsInt();
        } while (id == 0);
        return StoreVersion.first(id, newIds.getAsInt());
    }
}
