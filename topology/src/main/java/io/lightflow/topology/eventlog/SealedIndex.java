package io.lightflow.topology.eventlog;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The index of some neighboring segments, in a file that never changes and is mapped into memory. The events are sorted
 * by their hash, and divided by ranges of the hash into partitions of about {@value #EVENTS_PER_PARTITION} events. Each
 * partition has a filter. Numbers are big-endian.
 *
 * <pre>
 * each partition:
 *   each event, by ascending hash (unsigned):
 *     hash                                    8   32 bits of the join key, 32 of type and id
 *     number of the day in the table of days  2
 *     number of the segment, from the first   2
 *     offset in the segment                   4
 *   filter                                    2 per fingerprint, see {@link BinaryFuseFilter}
 * sketch                                      2 per counter, see {@link KeyDaySketch}
 * directory, each partition:
 *   number of events                          4
 *   segmentLength, segmentCountLength, seed   4, 4, 8   of the filter
 *   CRC-32C of the events, of the filter      4, 4
 * table of days, each                         4   since 1970-01-01 (UTC)
 * length of each segment                      8
 * foot:
 *   "LFINDEX1"                                8
 *   number of the first segment               8
 *   numbers of segments, events, partitions, days, counters of a sketch row   4 each
 *   least and greatest event time             8 each
 *   when it was begun, when it was full       8 each   ms since the Unix epoch
 *   CRC-32C of the sketch                     4
 *   CRC-32C from the directory to the foot    4
 *   CRC-32C of the foot                       4
 * </pre>
 *
 * Opening an index verifies and loads the filters and the sketch. The events of a partition are verified when they are
 * first used. Thread-safe.
 */
final class SealedIndex {
    static final String SUFFIX = ".index";
    static final long MAGIC = 0x4c46494e44455831L;
    /** So few that building a filter and verifying a partition stay within the processor's caches. */
    static final int EVENTS_PER_PARTITION = 1 << 15;

    static final int ENTRY_BYTES = 16;
    static final int DIRECTORY_ENTRY_BYTES = 28;
    static final int FOOT_BYTES = 80;
    /** The most days that a table holds. */
    static final int MAX_DAYS = 1 << 16;

    /** The most segments that an index covers. */
    static final int MAX_SEGMENTS = 1 << 16;

    private final Path path;
    private final IndexHead head;
    private final ByteBuffer bytes;
    private final BinaryFuseFilter[] filters;
    private final int[] counts;
    private final int[] entriesFrom;
    private final int[] filterFrom;
    private final int[] entriesCrc;
    /** A race verifies a partition twice. */
    private final boolean[] verified;

    private final int[] days;
    private final int[] sortedDays;
    private final int sketchFrom;
    private final int countersPerRow;

    static Path path(Path logDirectory, long firstSegment, long lastSegment) {
        return logDirectory.resolve("%012d-%012d".formatted(firstSegment, lastSegment) + SUFFIX);
    }

    static int partitions(int events) {
        return Math.max(1, (events + EVENTS_PER_PARTITION - 1) / EVENTS_PER_PARTITION);
    }

    static int partition(int keyHash, int partitions) {
        return (int) ((keyHash & 0xffffffffL) * partitions >>> 32);
    }

    /** @throws EventLogDamagedException if the file is not what was written */
    static SealedIndex open(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            ByteBuffer bytes = file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, file.length());
            return new SealedIndex(path, bytes);
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw damaged(path, "a number in it is impossible", e);
        }
    }

    private SealedIndex(Path path, ByteBuffer bytes) {
        this.path = path;
        this.bytes = bytes;
        int foot = bytes.capacity() - FOOT_BYTES;
        if (foot < 0 || bytes.getLong(foot) != MAGIC) {
            throw damaged(path, "it has no foot", null);
        }
        int footCrcAt = foot + FOOT_BYTES - Integer.BYTES;
        requireCrc(foot, footCrcAt, bytes.getInt(footCrcAt), "foot");
        long[] segmentLengths = new long[bytes.getInt(foot + 16)];
        int events = bytes.getInt(foot + 20);
        int partitions = bytes.getInt(foot + 24);
        days = new int[bytes.getInt(foot + 28)];
        countersPerRow = bytes.getInt(foot + 32);
        int lengthsFrom = foot - Long.BYTES * segmentLengths.length;
        int daysFrom = lengthsFrom - Integer.BYTES * days.length;
        int directoryFrom = daysFrom - DIRECTORY_ENTRY_BYTES * partitions;
        sketchFrom = directoryFrom - Character.BYTES * KeyDaySketch.ROWS * countersPerRow;
        requireCrc(directoryFrom, foot, bytes.getInt(foot + 72), "directory");
        requireCrc(sketchFrom, directoryFrom, bytes.getInt(foot + 68), "sketch");
        for (int i = 0; i < segmentLengths.length; i++) {
            segmentLengths[i] = bytes.getLong(lengthsFrom + Long.BYTES * i);
        }
        for (int i = 0; i < days.length; i++) {
            days[i] = bytes.getInt(daysFrom + Integer.BYTES * i);
        }
        sortedDays = days.clone();
        Arrays.sort(sortedDays);
        head = new IndexHead(
                bytes.getLong(foot + 8),
                segmentLengths,
                events,
                bytes.getLong(foot + 36),
                bytes.getLong(foot + 44),
                bytes.getLong(foot + 52),
                bytes.getLong(foot + 60));
        filters = new BinaryFuseFilter[partitions];
        counts = new int[partitions];
        entriesFrom = new int[partitions];
        filterFrom = new int[partitions];
        entriesCrc = new int[partitions];
        verified = new boolean[partitions];
        readDirectory(directoryFrom);
    }

    private void readDirectory(int from) {
        int next = 0;
        for (int p = 0; p < filters.length; p++) {
            int at = from + DIRECTORY_ENTRY_BYTES * p;
            counts[p] = bytes.getInt(at);
            filters[p] = new BinaryFuseFilter(bytes.getLong(at + 12), bytes.getInt(at + 4), bytes.getInt(at + 8));
            entriesCrc[p] = bytes.getInt(at + 20);
            entriesFrom[p] = next;
            filterFrom[p] = next + ENTRY_BYTES * counts[p];
            next = filterFrom[p] + Short.BYTES * filters[p].length();
            requireCrc(filterFrom[p], next, bytes.getInt(at + 24), "filter " + p);
        }
        if (next != sketchFrom) {
            throw damaged(path, "its parts end at byte " + next + ", expected " + sketchFrom, null);
        }
    }

    private void requireCrc(int from, int to, int expected, String part) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        if ((int) crc.getValue() != expected) {
            throw damaged(path, "its " + part + " is not what was written", null);
        }
    }

    private static EventLogDamagedException damaged(Path path, String found, Exception cause) {
        return new EventLogDamagedException("the index " + path + " is damaged: " + found, cause);
    }

    IndexHead head() {
        return head;
    }

    Path path() {
        return path;
    }

    int days() {
        return days.length;
    }

    /** Whether an event of these times may be in the index. */
    boolean overlaps(long since, long until) {
        return since <= head.greatestTime() && until >= head.leastTime();
    }

    /** Adds the places of all events with this hash. */
    void find(long hash, EventLocations found) {
        int keyHash = EventHashing.keyHash(hash);
        int p = partition(keyHash, filters.length);
        if (!filters[p].mayContain(hash, bytes, filterFrom[p])) {
            return;
        }
        verify(p);
        for (int i = firstAtOrAfter(hash, p); i < counts[p] && hashAt(p, i) == hash; i++) {
            add(p, i, found);
        }
    }

    /** Adds the places of all events whose join keys have this hash, of the days from one to another. */
    void findKey(int keyHash, int firstDay, int lastDay, EventLocations found) {
        int p = partition(keyHash, filters.length);
        verify(p);
        int i = firstAtOrAfter(EventHashing.combine(keyHash, 0), p);
        for (; i < counts[p] && EventHashing.keyHash(hashAt(p, i)) == keyHash; i++) {
            int ordinal = bytes.getShort(entryAt(p, i) + 8) & 0xffff;
            if (days[ordinal] >= firstDay && days[ordinal] <= lastDay) {
                add(p, i, found);
            }
        }
    }

    /** At least the number of events of the join keys with this hash on a day. */
    int bound(int keyHash, int day) {
        return Arrays.binarySearch(sortedDays, day) < 0
                ? 0
                : KeyDaySketch.bound(bytes, sketchFrom, countersPerRow, keyHash, day);
    }

    private int entryAt(int p, int i) {
        return entriesFrom[p] + ENTRY_BYTES * i;
    }

    private long hashAt(int p, int i) {
        return bytes.getLong(entryAt(p, i));
    }

    private void add(int p, int i, EventLocations found) {
        int at = entryAt(p, i);
        found.add(head.firstSegment() + (bytes.getShort(at + 10) & 0xffff), bytes.getInt(at + 12));
    }

    private int firstAtOrAfter(long hash, int p) {
        int low = 0;
        int high = counts[p];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(hashAt(p, middle), hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void verify(int p) {
        if (!verified[p]) {
            requireCrc(entriesFrom[p], filterFrom[p], entriesCrc[p], "partition " + p);
            verified[p] = true;
        }
    }

    /** Goes through all events by ascending hash. Used by one thread. */
    Cursor cursor() {
        return new Cursor();
    }

    final class Cursor {
        private int p = -1;
        private int next;
        private int at;

        /** Moves to the next event. Returns false if there is none. */
        boolean next() {
            while (p < 0 || next == counts[p]) {
                if (p + 1 == counts.length) {
                    return false;
                }
                p++;
                next = 0;
                verify(p);
            }
            at = entryAt(p, next++);
            return true;
        }

        long hash() {
            return bytes.getLong(at);
        }

        int day() {
            return days[bytes.getShort(at + 8) & 0xffff];
        }

        long segment() {
            return head.firstSegment() + (bytes.getShort(at + 10) & 0xffff);
        }

        int offset() {
            return bytes.getInt(at + 12);
        }
    }

    /** Deletes the file. What reads it meanwhile goes on reading it. */
    void drop() throws IOException {
        Files.deleteIfExists(path);
    }
}
