package io.lightflow.topology.eventlog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a log at some moment, oldest first. Immutable.
 *
 * @param sealed indexes of sealed segments
 * @param open segments without an index file; the last one is written to
 * @param files all segments, by number
 */
record LogView(List<SealedIndex> sealed, List<OpenSegment> open, Map<Long, SegmentFile> files) {
    LogView {
        sealed = List.copyOf(sealed);
        open = List.copyOf(open);
        files = Map.copyOf(files);
    }

    OpenSegment active() {
        return open.get(open.size() - 1);
    }

    LogView withActive(OpenSegment added) {
        List<OpenSegment> more = new ArrayList<>(open);
        more.add(added);
        Map<Long, SegmentFile> moreFiles = new HashMap<>(files);
        moreFiles.put(added.file().number(), added.file());
        return new LogView(sealed, more, moreFiles);
    }

    /** The oldest open segment was sealed. */
    LogView withSealed(SealedIndex index) {
        List<SealedIndex> more = new ArrayList<>(sealed);
        more.add(index);
        return new LogView(more, open.subList(1, open.size()), files);
    }

    LogView withMerged(List<SealedIndex> inputs, SealedIndex merged) {
        List<SealedIndex> rest = new ArrayList<>(sealed);
        int at = rest.indexOf(inputs.get(0));
        rest.removeAll(inputs);
        rest.add(at, merged);
        return new LogView(rest, open, files);
    }

    LogView without(SealedIndex dropped) {
        List<SealedIndex> rest = new ArrayList<>(sealed);
        rest.remove(dropped);
        Map<Long, SegmentFile> restFiles = new HashMap<>(files);
        IndexHead head = dropped.head();
        for (long number = head.firstSegment(); number <= head.lastSegment(); number++) {
            restFiles.remove(number);
        }
        return new LogView(rest, open, restFiles);
    }
}
