package io.lightflow.topology.eventlog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Writes indexes of segments, and merges neighboring ones. */
final class IndexFiles {
    private static final long MAX_MERGED_EVENTS = 1 << 26;
    private static final int EVENTS_PER_CHECK = 1 << 16;

    private IndexFiles() {}

    /** A merge was given up, since the log is closed. */
    static final class AbandonedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Writes the index of a segment that is full. */
    static SealedIndex seal(Path directory, OpenSegment segment) throws IOException {
        OpenIndex index = segment.index();
        IndexHead head = segment.head();
        try (IndexWriter writer = new IndexWriter(directory, head)) {
            for (int event : index.sorted()) {
                writer.add(index.hash(event), index.day(event), 0, index.offset(event));
            }
            writer.finish();
        }
        return SealedIndex.open(SealedIndex.path(directory, head.firstSegment(), head.lastSegment()));
    }

    /**
     * The oldest neighboring indexes that are to be merged: so many of one level that a test has few filters to ask,
     * and so few that their segments can be dropped together soon.
     *
     * @return an empty list if there are none
     */
    static List<SealedIndex> mergeable(List<SealedIndex> sealed, EventLogSettings settings) {
        int fanIn = settings.fanIn();
        for (int from = 0; from + fanIn <= sealed.size(); from++) {
            List<SealedIndex> some = sealed.subList(from, from + fanIn);
            if (isMergeable(some, settings)) {
                return some;
            }
        }
        return List.of();
    }

    private static boolean isMergeable(List<SealedIndex> some, EventLogSettings settings) {
        int level = level(some.get(0).head(), settings.fanIn());
        long events = 0;
        long segments = 0;
        long days = 0;
        for (SealedIndex index : some) {
            IndexHead head = index.head();
            if (level(head, settings.fanIn()) != level) {
                return false;
            }
            events += head.events();
            segments += head.segmentLengths().length;
            days += index.days();
        }
        long spanMs =
                some.get(some.size() - 1).head().endedMs() - some.get(0).head().begunMs();
        return events <= MAX_MERGED_EVENTS
                && segments <= SealedIndex.MAX_SEGMENTS
                && days <= SealedIndex.MAX_DAYS
                && spanMs <= settings.maxMergedSpanMs();
    }

    private static int level(IndexHead head, int fanIn) {
        int level = 0;
        for (long segments = head.segmentLengths().length; segments >= fanIn; segments /= fanIn) {
            level++;
        }
        return level;
    }

    /** @throws AbandonedException if the log is closed meanwhile */
    static SealedIndex merge(Path directory, List<SealedIndex> inputs, BooleanSupplier closed) throws IOException {
        IndexHead head = mergedHead(inputs);
        SealedIndex.Cursor[] cursors = inputs.stream().map(SealedIndex::cursor).toArray(SealedIndex.Cursor[]::new);
        int live = 0;
        for (SealedIndex.Cursor cursor : cursors) {
            if (cursor.next()) {
                cursors[live++] = cursor;
            }
        }
        try (IndexWriter writer = new IndexWriter(directory, head)) {
            for (int written = 0; live > 0; written++) {
                if (written % EVENTS_PER_CHECK == 0 && closed.getAsBoolean()) {
                    throw new AbandonedException();
                }
                int least = least(cursors, live);
                SealedIndex.Cursor cursor = cursors[least];
                writer.add(
                        cursor.hash(), cursor.day(), (int) (cursor.segment() - head.firstSegment()), cursor.offset());
                if (!cursor.next()) {
                    cursors[least] = cursors[--live];
                }
            }
            writer.finish();
        }
        return SealedIndex.open(SealedIndex.path(directory, head.firstSegment(), head.lastSegment()));
    }

    private static int least(SealedIndex.Cursor[] cursors, int live) {
        int least = 0;
        for (int i = 1; i < live; i++) {
            if (Long.compareUnsigned(cursors[i].hash(), cursors[least].hash()) < 0) {
                least = i;
            }
        }
        return least;
    }

    private static IndexHead mergedHead(List<SealedIndex> inputs) {
        List<IndexHead> heads = inputs.stream().map(SealedIndex::head).toList();
        return new IndexHead(
                heads.get(0).firstSegment(),
                heads.stream()
                        .map(IndexHead::segmentLengths)
                        .flatMapToLong(Arrays::stream)
                        .toArray(),
                heads.stream().mapToInt(IndexHead::events).sum(),
                heads.stream().mapToLong(IndexHead::leastTime).min().orElseThrow(),
                heads.stream().mapToLong(IndexHead::greatestTime).max().orElseThrow(),
                heads.get(0).begunMs(),
                heads.stream().mapToLong(IndexHead::endedMs).max().orElseThrow());
    }
}
