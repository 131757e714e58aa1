package io.lightflow.batch;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** How far a run has come in one input. */
final class Cursor {
    private final BatchInput input;
    private final Iterator<? extends BlockEntry> entries;
    private List<BlockEntry> taken = new ArrayList<>();
    private long from;
    private long to;
    private long reached = Position.NO_TIME;

    Cursor(BatchInput input) {
        this.input = input;
        this.entries = input.entries().iterator();
    }

    boolean hasNext() {
        return entries.hasNext();
    }

    /** Greatest event time that was taken, ms since the Unix epoch; {@link Position#NO_TIME} if none. */
    long reached() {
        return reached;
    }

    void take() {
        add(entries.next());
    }

    /** Appends a beacon after the last record. */
    void close(long time) {
        add(new BeaconMark(to, time));
    }

    private void add(BlockEntry entry) {
        if (entry.offset() < to) {
            throw new IllegalArgumentException("the records of " + input.topic()
                    + " must come by rising offset, found offset " + entry.offset() + " after " + (to - 1));
        }
        taken.add(entry);
        to = entry.offset() + 1;
        if (entry instanceof LightEvent event) {
            reached = Math.max(reached, event.time());
        } else if (entry instanceof BeaconMark beacon) {
            reached = Math.max(reached, beacon.time());
        }
    }

    /** What was taken since the last call, as a part of a block. */
    BlockPart part() {
        BlockPart part = new BlockPart(input.topic(), input.type(), input.incarnation(), from, to, false, taken);
        from = to;
        taken = new ArrayList<>();
        return part;
    }
}
