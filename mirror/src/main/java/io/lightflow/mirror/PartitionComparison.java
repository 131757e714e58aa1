package io.lightflow.mirror;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares the records of a front partition with its copy. Callers supply both in order.
 *
 * <p>It keeps only records without a counterpart. If both sides are read in step, memory is therefore proportional to
 * the differences. Not thread-safe.
 */
final class PartitionComparison {
    private final int maxDifferences;
    private final Map<RecordFingerprint, Deque<Long>> onlyInFront = new HashMap<>();
    private final Map<RecordFingerprint, Deque<Long>> onlyInCopy = new HashMap<>();
    private long front;
    private long copy;
    private long unmatchedFront;
    private long unmatchedCopy;
    private long firstMatchInFront = Long.MAX_VALUE;
    private long lastMatchInFront = -1;
    private long firstMatchInCopy = Long.MAX_VALUE;
    private long lastMatchInCopy = -1;
    private long outOfOrder;

    /** @param maxDifferences how many records may lack a counterpart at one time */
    PartitionComparison(int maxDifferences) {
        this.maxDifferences = maxDifferences;
    }

    /**
     * The differences.
     *
     * @param front records in the front partition
     * @param copy records in the copy
     * @param lag records at the end of the front partition that are not copied yet
     * @param missing records in the front partition that were skipped
     * @param surplus records in the copy that exceed those in the front partition: duplicates
     * @param outOfOrder records that the copy has after a record that they preceded
     */
    record Result(long front, long copy, long lag, long missing, long surplus, long outOfOrder) {
        boolean exact() {
            return missing == 0 && surplus == 0 && outOfOrder == 0;
        }
    }

    void front(RecordFingerprint record, long offset) {
        front++;
        Long counterpart = poll(onlyInCopy, record);
        if (counterpart == null) {
            onlyInFront.computeIfAbsent(record, key -> new ArrayDeque<>(1)).add(offset);
            unmatchedFront++;
            requireFewDifferences();
        } else {
            unmatchedCopy--;
            match(offset, counterpart);
        }
    }

    void copy(RecordFingerprint record, long offset) {
        copy++;
        Long counterpart = poll(onlyInFront, record);
        if (counterpart == null) {
            onlyInCopy.computeIfAbsent(record, key -> new ArrayDeque<>(1)).add(offset);
            unmatchedCopy++;
            requireFewDifferences();
        } else {
            unmatchedFront--;
            match(counterpart, offset);
        }
    }

    long frontCount() {
        return front;
    }

    long copyCount() {
        return copy;
    }

    private static Long poll(Map<RecordFingerprint, Deque<Long>> records, RecordFingerprint record) {
        Deque<Long> offsets = records.get(record);
        if (offsets == null) {
            return null;
        }
        long first = offsets.remove();
        if (offsets.isEmpty()) {
            records.remove(record);
        }
        return first;
    }

    private void match(long frontOffset, long copyOffset) {
        // If the order is equal, each match is later than the previous one on both sides.
        if (frontOffset < lastMatchInFront || copyOffset < lastMatchInCopy) {
            outOfOrder++;
        }
        lastMatchInCopy = Math.max(lastMatchInCopy, copyOffset);
        lastMatchInFront = Math.max(lastMatchInFront, frontOffset);
        firstMatchInFront = Math.min(firstMatchInFront, frontOffset);
        firstMatchInCopy = Math.min(firstMatchInCopy, copyOffset);
    }

    private void requireFewDifferences() {
        if (unmatchedFront + unmatchedCopy > maxDifferences) {
            throw new IllegalStateException("more than " + maxDifferences
                    + " records have no counterpart; either the mirror lags far behind, or the copy"
                    + " is of another partition");
        }
    }

    /**
     * @param frontTrimmed whether retention deleted records from the beginning of the front partition. Records that
     *     only the copy has before the first common record are then older, not surplus
     * @param copyTrimmed likewise for the copy: records that only the front partition has there are older, not missing
     */
    Result result(Trimmed frontTrimmed, Trimmed copyTrimmed) {
        long lag = count(onlyInFront, lastMatchInFront + 1, Long.MAX_VALUE);
        long missing = unmatchedFront - lag;
        long surplus = unmatchedCopy;
        if (copyTrimmed == Trimmed.YES && lastMatchInFront >= 0) {
            missing -= count(onlyInFront, 0, firstMatchInFront);
        }
        if (frontTrimmed == Trimmed.YES) {
            surplus -= count(onlyInCopy, 0, firstMatchInCopy);
        }
        return new Result(front, copy, lag, missing, surplus, outOfOrder);
    }

    /** Whether retention has deleted records at the beginning of a partition. */
    enum Trimmed {
        YES,
        NO
    }

    private static long count(Map<RecordFingerprint, Deque<Long>> records, long from, long to) {
        return records.values().stream()
                .flatMap(Deque::stream)
                .filter(offset -> offset >= from && offset < to)
                .count();
    }
}
