package io.lightflow.topology.simulation;

import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.invariant.Stream;
import io.lightflow.join.CellContents;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
    void write(List<StoreWrite> writes) {
        super.write(writes);
        for (StoreWrite write : writes) {
            for (EventCell cell : write.events()) {
                if (cell.type() == EventType.IMPRESSION) {
                    impressions.put(List.of(text(cell.joinKey()), text(cell.id())), cell.origin());
                }
            }
        }
    }

    @Override
    StoreReader reader(int shard) {
        StoreReader reader = super.reader(shard);
        return query -> {
            StoreAnswer answer = reader.read(query);
            List<List<Cell>> rows = new ArrayList<>();
            for (int i = 0; i < answer.rows().size(); i++) {
                rows.add(drained(query.rows().get(i), answer.rows().get(i)));
            }
            return new StoreAnswer(rows, answer.events(), answer.daySizes());
        };
    }

    private List<Cell> drained(RowRange range, List<Cell> row) {
        if (range.row()[0] != 'k') {
            return row;
        }
        String joinKey = text(Arrays.copyOfRange(range.row(), 1, range.row().length));
        return row.stream().filter(cell -> !isDrained(joinKey, cell)).toList();
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

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
