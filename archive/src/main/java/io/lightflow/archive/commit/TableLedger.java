package io.lightflow.archive.commit;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * The ledger of a table, which is in the summary of its newest snapshot: for each shard its position and its epoch,
 * which every takeover raises. Every snapshot of the archive carries the whole ledger. Immutable.
 */
public record TableLedger(SortedMap<Integer, Entry> entries) {
    static final TableLedger EMPTY = new TableLedger(new TreeMap<>());

    private static final String POSITION = "lightflow.position.";
    private static final String EPOCH = "lightflow.epoch.";
    private static final Entry START = new Entry(0, Position.START);

    /** @param epoch number of the last takeover of the shard */
    public record Entry(long epoch, Position position) {}

    public TableLedger {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    /** The entry of a shard; at the start if there is none. */
    public Entry entry(int shard) {
        return entries.getOrDefault(shard, START);
    }

    TableLedger with(int shard, Entry entry) {
        SortedMap<Integer, Entry> changed = new TreeMap<>(entries);
        changed.put(shard, entry);
        return new TableLedger(changed);
    }

    /**
     * Reads the ledger of a table. Another engine's snapshot carries none; then that of its nearest ancestor counts.
     *
     * @throws IllegalStateException if the table has snapshots, and none of them has a ledger
     */
    public static TableLedger of(Table table) {
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot == null) {
            return EMPTY;
        }
        for (Snapshot at = snapshot; at != null; at = at.parentId() == null ? null : table.snapshot(at.parentId())) {
            TableLedger found = decode(at.summary());
            if (!found.entries.isEmpty()) {
                return found;
            }
        }
        throw new IllegalStateException("expected the positions of the archive in a snapshot of " + table.name()
                + ", found none in snapshot " + snapshot.snapshotId() + " and its ancestors: another program wrote the"
                + " table and expired the archive's snapshots. Roll the table back to a snapshot of the archive.");
    }

    private static TableLedger decode(Map<String, String> summary) {
        SortedMap<Integer, Entry> entries = new TreeMap<>();
        summary.forEach((name, value) -> {
            if (name.startsWith(POSITION)) {
                String shard = name.substring(POSITION.length());
                entries.put(
                        Integer.valueOf(shard),
                        new Entry(Long.parseLong(summary.get(EPOCH + shard)), PositionCodec.decode(value)));
            }
        });
        return new TableLedger(entries);
    }

    /** The properties of a summary. */
    Map<String, String> encode() {
        Map<String, String> summary = new TreeMap<>();
        entries.forEach((shard, entry) -> {
            summary.put(POSITION + shard, PositionCodec.encode(entry.position()));
            summary.put(EPOCH + shard, Long.toString(entry.epoch()));
        });
        return summary;
    }
}
