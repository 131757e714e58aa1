package io.lightflow.topology.eventlog;

import io.lightflow.store.EventCell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Opens the files of a log, whenever the process before has ended. */
final class LogRecovery {
    /** Segments whose indexes stay in memory until they are sealed in the background. */
    static final int MAX_OPEN_SEGMENTS = 4;

    private final EventLogSettings settings;
    private final EventHashing hashing;
    private final Path directory;
    private final LogPosition expected;
    private final List<SealedIndex> sealed = new ArrayList<>();
    private final List<OpenSegment> open = new ArrayList<>();
    private final Map<Long, SegmentFile> files = new HashMap<>();

    /** @param expected everything up to there is on disk, unless files are damaged */
    LogRecovery(EventLogSettings settings, EventHashing hashing, LogPosition expected) {
        this.settings = settings;
        this.hashing = hashing;
        this.directory = settings.directory();
        this.expected = expected;
    }

    /**
     * Opens everything, and creates a segment if there is none to write to.
     *
     * @throws EventLogDamagedException if something is missing that was on disk
     */
    LogView open(long nowMs) throws IOException {
        Files.createDirectories(directory);
        NavigableSet<Long> segments = new TreeSet<>();
        List<Path> indexes = new ArrayList<>();
        for (Path file : files(directory)) {
            String name = file.getFileName().toString();
            if (name.endsWith(IndexWriter.UNFINISHED_SUFFIX)) {
                Files.delete(file);
            } else if (name.endsWith(SegmentFile.SUFFIX)) {
                segments.add(Long.parseLong(name.substring(0, name.length() - SegmentFile.SUFFIX.length())));
            } else if (name.endsWith(SealedIndex.SUFFIX)) {
                indexes.add(file);
            }
        }
        openIndexes(indexes, segments);
        openSegments(segments);
        if (open.isEmpty()) {
            createFirst(nowMs);
        }
        requireExpected();
        return new LogView(sealed, open, files);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Takes the segments of the indexes away from those that are still to be opened. */
    private void openIndexes(List<Path> indexes, NavigableSet<Long> segments) throws IOException {
        for (Path path : indexes) {
            SealedIndex index = SealedIndex.open(path);
            IndexHead head = index.head();
            SealedIndex last = sealed.isEmpty() ? null : sealed.get(sealed.size() - 1);
            if (last != null && last.head().lastSegment() >= head.lastSegment()) {
                index.drop(); // it was merged into the one before it
                continue;
            }
            if (last != null && last.head().firstSegment() == head.firstSegment()) {
                last.drop();
                sealed.remove(sealed.size() - 1);
            }
            sealed.add(index);
        }
        for (SealedIndex index : sealed) {
            IndexHead head = index.head();
            for (int i = 0; i < head.segmentLengths().length; i++) {
                long number = head.firstSegment() + i;
                Path path = SegmentFile.path(directory, number);
                if (!segments.remove(number) || Files.size(path) < head.segmentLengths()[i]) {
                    throw missing(path, head.segmentLengths()[i]);
                }
                files.put(number, SegmentFile.sealed(path, number, head.segmentLengths()[i]));
            }
        }
    }

    /** Segments without an index. Those below an index are left over from the drop of an older one. */
    private void openSegments(NavigableSet<Long> segments) throws IOException {
        long lastSealed =
                sealed.isEmpty() ? -1 : sealed.get(sealed.size() - 1).head().lastSegment();
        for (long number : List.copyOf(segments.headSet(lastSealed))) {
            if (number > sealed.get(0).head().firstSegment()) {
                throw missing(SealedIndex.path(directory, number, number), 0);
            }
            Files.delete(SegmentFile.path(directory, number));
            segments.remove(number);
        }
        Map<Long, SegmentFile> found = new HashMap<>();
        for (long number : List.copyOf(segments)) {
            SegmentFile file = SegmentFile.open(directory, number);
            if (file != null) {
                found.put(number, file);
            } else if (number == segments.last() && number > expected.segment()) {
                Files.delete(SegmentFile.path(directory, number)); // the process ended while it created the file
                segments.remove(number);
            } else {
                throw missing(SegmentFile.path(directory, number), SegmentFile.HEAD_BYTES);
            }
        }
        long next = sealed.isEmpty() ? -1 : lastSealed + 1;
        for (long number : segments) {
            if (next >= 0 && number != next) {
                throw missing(SegmentFile.path(directory, next), SegmentFile.HEAD_BYTES);
            }
            next = number + 1;
            open(found.get(number), found.get(number + 1));
        }
    }

    private void open(SegmentFile file, SegmentFile successor) throws IOException {
        if (open.size() == MAX_OPEN_SEGMENTS) {
            OpenSegment oldest = open.remove(0);
            sealed.add(IndexFiles.seal(directory, oldest));
        }
        OpenIndex index = new OpenIndex(settings.maxSegmentEvents());
        long length = file.number() == expected.segment() ? expected.length() : SegmentFile.HEAD_BYTES;
        if (successor != null) {
            length = Math.max(length, successor.previousLength());
        }
        file.recover(length, (stored, offset) -> {
            EventCell cell = stored.cell();
            int key = hashing.ofKey(stored.shard(), cell.joinKey());
            index.add(EventHashing.combine(key, hashing.ofId(cell.type(), cell.id())), offset, cell.time());
        });
        OpenSegment segment = new OpenSegment(file, index);
        if (successor != null) {
            file.endAppending();
            segment.end(successor.begunMs());
        }
        open.add(segment);
        files.put(file.number(), file);
    }

    private void createFirst(long nowMs) throws IOException {
        long number = 0;
        long previousLength = 0;
        if (!sealed.isEmpty()) {
            IndexHead head = sealed.get(sealed.size() - 1).head();
            number = head.lastSegment() + 1;
            previousLength = head.segmentLengths()[head.segmentLengths().length - 1];
        }
        SegmentFile file = SegmentFile.create(directory, number, nowMs, previousLength);
        open.add(new OpenSegment(file, new OpenIndex(settings.maxSegmentEvents())));
        files.put(number, file);
    }

    private void requireExpected() {
        SegmentFile file = files.get(expected.segment());
        if (!expected.equals(LogPosition.NONE) && (file == null || file.length() < expected.length())) {
            throw missing(SegmentFile.path(directory, expected.segment()), expected.length());
        }
    }

    private static EventLogDamagedException missing(Path path, long bytes) {
        return new EventLogDamagedException(
                path + " was on disk with at least " + bytes + " bytes, and is missing or too short", null);
    }
}
