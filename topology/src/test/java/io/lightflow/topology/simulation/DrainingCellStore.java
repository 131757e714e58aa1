package io.lightflow.topology.simulation;

import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.invariant.Stream;
import io.lightflow.join.CellContents;
import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Flaw#WAITING_CLICKS_DELETED}: a waiting click disappears when its impression is written. It reappears as a
 * joined click when the impression has been committed.
 */
final class DrainingCellStore extends CellStore {
    private final Map<String, Integer> shards = new HashMap<>();
    private final Backend<?> ledger;
    /** Origin of the last write of each impression, by join key and id. */
    private final Map<List<String>, Origin> impressions = new HashMap<>();

    DrainingCellStore(List<Stream> streams, Backend<?> ledger) {
        this.ledger = ledger;
        for (int shard = 0; shard < streams.size(); shard++) {
            for (LightEvent event : streams.get(shard).events()) {
                shards.put(event.joinKey(), shard);
            }
        }
    }

    @Override
    void write(List<NewCell> cells) {
        super.write(cells);
        for (NewCell cell : cells) {
            if (cell.row()[0] == 'd' && cell.key()[0] == 'I') {
                String joinKey = text(cell.row(), 5, cell.row().length);
                impressions.put(List.of(joinKey, CellContents.idOf(cell.key())), origin(cell.key()));
            }
        }
    }

    @Override
    List<Row> read(List<RowRange> ranges) {
        List<Row> rows = super.read(ranges);
        return java.util.stream.IntStream.range(0, rows.size())
                .mapToObj(i -> drained(ranges.get(i), rows.get(i)))
                .toList();
    }

    private Row drained(RowRange range, Row row) {
        if (range.row()[0] != 'k') {
            return row;
        }
        String joinKey = text(range.row(), 1, range.row().length);
        return new Row(
                row.cells().stream().filter(cell -> !isDrained(joinKey, cell)).toList(), row.size());
    }

    private boolean isDrained(String joinKey, Cell cell) {
        if (cell.key()[0] != 'C') {
            return false;
        }
        Origin impression = impressions.get(List.of(joinKey, CellContents.impressionOf(cell)));
        return impression != null
                && !ledger.position(shards.get(joinKey))
                        .visibility()
                        .isVisible(impression.incarnation(), impression.offset());
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private static Origin origin(byte[] key) {
        ByteBuffer end = ByteBuffer.wrap(key, key.length - 12, 12);
        return new Origin(end.getInt(), end.getLong());
    }
}
