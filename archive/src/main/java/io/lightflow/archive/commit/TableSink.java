package io.lightflow.archive.commit;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;

/**
 * Commits files to one table, together with the positions of the shards that they came from. A takeover is a snapshot
 * without files, so a commit in doubt either precedes it or fails on the catalog's pointer.
 */
public final class TableSink implements Sink<NewFiles> {
    /** The orphan clean-up spares files for at least twice as long. */
    public static final Duration MAX_AGE_OF_FILES = Duration.ofHours(1);

    private final SnapshotCommits commits;
    private final InstantSource clock;
    private final Map<Integer, Long> epochs = new HashMap<>();

    public TableSink(Table table, InstantSource clock) {
        this(new SnapshotCommits(table), clock);
    }

    TableSink(SnapshotCommits commits, InstantSource clock) {
        this.commits = commits;
        this.clock = clock;
    }

    /** The newest ledger, of all shards. */
    public TableLedger ledger() {
        return commits.ledger();
    }

    @Override
    public Position read(int shard) {
        return commits.ledger().entry(shard).position();
    }

    @Override
    public Position open(int shard) {
        return open(List.of(shard)).get(shard);
    }

    @Override
    public Map<Integer, Position> open(Collection<Integer> shards) {
        TableLedger taken = commits.commit(
                ledger -> {
                    TableLedger next = ledger;
                    for (int shard : shards) {
                        TableLedger.Entry entry = next.entry(shard);
                        next = next.with(shard, new TableLedger.Entry(entry.epoch() + 1, entry.position()));
                    }
                    return next;
                },
                Table::newFastAppend,
                "[]");
        Map<Integer, Position> positions = new TreeMap<>();
        for (int shard : shards) {
            epochs.put(shard, taken.entry(shard).epoch());
            positions.put(shard, taken.entry(shard).position());
        }
        return positions;
    }

    @Override
    public void commit(List<Commit<NewFiles>> all) {
        for (Commit<NewFiles> commit : all) {
            commits.commit(
                    ledger -> moved(ledger, commit),
                    table -> append(table, commit.output()),
                    OffsetRanges.of(commit.moves()));
        }
    }

    private TableLedger moved(TableLedger ledger, Commit<NewFiles> commit) {
        // Checked before each attempt: a file that waits for too long may be cleaned up.
        if (clock.millis() - commit.output().writtenMs() > MAX_AGE_OF_FILES.toMillis()) {
            throw new FencedException("files of " + commits.table().name() + " waited for longer than "
                    + MAX_AGE_OF_FILES + " for their commit and are written again");
        }
        TableLedger next = ledger;
        for (ShardMove move : commit.moves()) {
            TableLedger.Entry entry = ledger.entry(move.shard());
            requireUnmoved(entry, move);
            next = next.with(move.shard(), new TableLedger.Entry(entry.epoch(), move.next()));
        }
        return next;
    }

    private void requireUnmoved(TableLedger.Entry entry, ShardMove move) {
        String table = commits.table().name();
        if (!Long.valueOf(entry.epoch()).equals(epochs.get(move.shard()))) {
            throw new FencedException("another writer has opened shard " + move.shard() + " of " + table
                    + ": expected epoch " + epochs.get(move.shard()) + ", found " + entry.epoch());
        }
        if (!entry.position().equals(move.expected())) {
            throw new FencedException("shard " + move.shard() + " of " + table + " was expected at "
                    + PositionCodec.encode(move.expected()) + ", found at " + PositionCodec.encode(entry.position()));
        }
    }

    private static AppendFiles append(Table table, NewFiles files) {
        AppendFiles append = table.newAppend();
        files.files().forEach(append::appendFile);
        return append;
    }

    @Override
    public void close() {
        // The catalog is shared, and closed by its owner.
    }
}
