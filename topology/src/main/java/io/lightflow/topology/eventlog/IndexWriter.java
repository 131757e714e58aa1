package io.lightflow.topology.eventlog;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes the index of some neighboring segments, see {@link SealedIndex}, from events by ascending hash. It needs
 * memory for one partition at a time. The index appears under its name as a whole. Used by one thread.
 */
final class IndexWriter implements AutoCloseable {
    static final String UNFINISHED_SUFFIX = ".tmp";

    private final Path path;
    private final Path unfinished;
    private final IndexHead head;
    private final FileOutputStream file;
    private final int partitions;
    private final KeyDaySketch sketch;
    private final ByteBuffer directory;
    private final Map<Integer, Integer> dayOrdinals = new HashMap<>();
    private final List<Integer> days = new ArrayList<>();
    private final BinaryFuseFilter.Builder filters = new BinaryFuseFilter.Builder();
    private final CRC32C crc = new CRC32C();

    private int partition;
    private ByteBuffer entries = ByteBuffer.allocate(2 * SealedIndex.EVENTS_PER_PARTITION * SealedIndex.ENTRY_BYTES);
    private long[] hashes = new long[2 * SealedIndex.EVENTS_PER_PARTITION];
    private int distinctHashes;
    private int lastDay;
    private int lastDayOrdinal = -1;

    IndexWriter(Path logDirectory, IndexHead head) throws IOException {
        this.path = SealedIndex.path(logDirectory, head.firstSegment(), head.lastSegment());
        this.unfinished = path.resolveSibling(path.getFileName() + UNFINISHED_SUFFIX);
        this.head = head;
        this.partitions = SealedIndex.partitions(head.events());
        this.sketch = KeyDaySketch.forEvents(head.events());
        this.directory = ByteBuffer.allocate(partitions * SealedIndex.DIRECTORY_ENTRY_BYTES);
        this.file = new FileOutputStream(unfinished.toFile());
    }

    /** Adds an event. Hashes ascend, unsigned. */
    void add(long hash, int day, int segmentOrdinal, int offset) throws IOException {
        int own = SealedIndex.partition(EventHashing.keyHash(hash), partitions);
        while (partition < own) {
            endPartition();
        }
        if (entries.remaining() < SealedIndex.ENTRY_BYTES) {
            entries = ByteBuffer.allocate(Math.multiplyExact(2, entries.capacity()))
                    .put(entries.flip());
        }
        entries.putLong(hash)
                .putShort((short) dayOrdinal(day))
                .putShort((short) segmentOrdinal)
                .putInt(offset);
        if (distinctHashes == 0 || hashes[distinctHashes - 1] != hash) {
            if (distinctHashes == hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * distinctHashes);
            }
            hashes[distinctHashes++] = hash;
        }
        sketch.add(EventHashing.keyHash(hash), day);
    }

    private int dayOrdinal(int day) {
        if (lastDayOrdinal < 0 || day != lastDay) {
            lastDay = day;
            lastDayOrdinal = dayOrdinals.computeIfAbsent(day, absent -> {
                days.add(absent);
                return days.size() - 1;
            });
        }
        return lastDayOrdinal;
    }

    private void endPartition() throws IOException {
        BinaryFuseFilter filter = filters.build(hashes, distinctHashes);
        ByteBuffer fingerprints = ByteBuffer.allocate(Short.BYTES * filter.length());
        fingerprints.asShortBuffer().put(filters.fingerprints(), 0, filter.length());
        fingerprints.position(fingerprints.capacity());
        directory
                .putInt(entries.position() / SealedIndex.ENTRY_BYTES)
                .putInt(filter.segmentLength())
                .putInt(filter.segmentCountLength())
                .putLong(filter.seed())
                .putInt(crcOf(entries, 0))
                .putInt(crcOf(fingerprints, 0));
        file.write(entries.array(), 0, entries.position());
        file.write(fingerprints.array());
        entries.clear();
        distinctHashes = 0;
        partition++;
    }

    private int crcOf(ByteBuffer bytes, int from) {
        crc.reset();
        crc.update(bytes.array(), from, bytes.position() - from);
        return (int) crc.getValue();
    }

    /** Makes the index durable under its name. */
    void finish() throws IOException {
        while (partition < partitions) {
            endPartition();
        }
        int counters = KeyDaySketch.ROWS * sketch.countersPerRow();
        ByteBuffer counts = ByteBuffer.allocate(Character.BYTES * counters);
        for (int i = 0; i < counters; i++) {
            counts.putChar(sketch.counter(i));
        }
        file.write(counts.array());
        ByteBuffer end = ByteBuffer.allocate(directory.capacity()
                + Integer.BYTES * days.size()
                + Long.BYTES * head.segmentLengths().length
                + SealedIndex.FOOT_BYTES);
        end.put(directory.array());
        days.forEach(end::putInt);
        for (long length : head.segmentLengths()) {
            end.putLong(length);
        }
        int endCrc = crcOf(end, 0);
        end.putLong(SealedIndex.MAGIC)
                .putLong(head.firstSegment())
                .putInt(head.segmentLengths().length)
                .putInt(head.events())
                .putInt(partitions)
                .putInt(days.size())
                .putInt(sketch.countersPerRow())
                .putLong(head.leastTime())
                .putLong(head.greatestTime())
                .putLong(head.begunMs())
                .putLong(head.endedMs())
                .putInt(crcOf(counts, 0));
        end.putInt(endCrc).putInt(crcOf(end, end.capacity() - SealedIndex.FOOT_BYTES));
        file.write(end.array());
        file.getFD().sync();
        file.close();
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
        SegmentFile.forceDirectory(path.getParent());
    }

    /** Removes what was not finished. */
    @Override
    public void close() throws IOException {
        file.close();
        Files.deleteIfExists(unfinished);
    }
}
