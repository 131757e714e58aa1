package io.lightflow.batch;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The progress of a run in one input. */
final class Cursor {
    private final BatchInput input;
    private final Iterator<? extends BlockEntry> entries;
    private List<BlockEntry> entriesRead = new ArrayList<>();
    private long from;
    private long to;
    private long maxTime = Position.NO_TIME;
    private final Set<String> producers = new LinkedHashSet<>(Set.of(""));

    Cursor(BatchInput input) {
        this.input = input;
        this.entries = input.entries().iterator();
    }

    boolean hasNext() {
        return entries.hasNext();
    }

    /** Greatest event time that was read, ms since the Unix epoch; {@link Position#NO_TIME} if none. */
    long maxTime() {
        return maxTime;
    }

    void advance() {
        add(entries.next());
    }

    /** Appends a beacon of each producer after the last record. */
    void close(long time) {
        for (String producer : List.copyOf(producers)) {
            add(new BeaconMark(to, time, producer));
        }
    }

    private void add(BlockEntry entry) {
        if (entry.offset() < to) {
            throw new IllegalArgumentException("expected the records of " + input.topic()
                    + " by ascending offset, found offset " + entry.offset() + " after " + (to - 1));
        }
        entriesRead.add(entry);
        to = entry.offset() + 1;
        if (entry instanceof LightEvent event) {
            maxTime = Math.max(maxTime, event.time());
        } else if (entry instanceof BeaconMark beacon) {
            maxTime = Math.max(maxTime, beacon.time());
            producers.add(beacon.producer());
        }
    }

    /** The records that were read since the last call, as a part of a block. */
    BlockPart part() {
        BlockPart part = new BlockPart(input.topic(), input.type(), input.incarnation(), from, to, false, entriesRead);
        from = to;
        entriesRead = new ArrayList<>();
        return part;
    }
}
