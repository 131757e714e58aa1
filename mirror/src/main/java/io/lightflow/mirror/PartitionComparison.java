package io.lightflow.mirror;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares the records of a partition in front with its copy, both offered in their order.
 *
 * <p>It remembers only records that have no counterpart yet, so when both sides are read in step, its memory is that of
 * the differences. Not thread-safe.
 */
final class PartitionComparison {
    private final int mostDifferences;
    private final Map<Fingerprint, Deque<Long>> onlyInFront = new HashMap<>();
    private final Map<Fingerprint, Deque<Long>> onlyInCopy = new HashMap<>();
    private long front;
    private long copy;
    private long unmatchedFront;
    private long unmatchedCopy;
    private long firstMatchInFront = Long.MAX_VALUE;
    private long lastMatchInFront = -1;
    private long firstMatchInCopy = Long.MAX_VALUE;
    private long lastMatchInCopy = -1;
    private long outOfOrder;

    /** @param mostDifferences how many records may be without a counterpart at one time */
    PartitionComparison(int mostDifferences) {
        this.mostDifferences = mostDifferences;
    }

    /**
     * What differs.
     *
     * @param front records in front
     * @param copy records in the copy
     * @param lag records at the end of front that are not copied yet
     * @param missing records in front that were passed over
     * @param surplus records in the copy that front has not, or not as often: duplicates
     * @param outOfOrder records that come after one that they preceded
     */
    record Result(long front, long copy, long lag, long missing, long surplus, long outOfOrder) {
        boolean exact() {
            return missing == 0 && surplus == 0 && outOfOrder == 0;
        }
    }

    void front(Fingerprint record, long offset) {
        front++;
        Long counterpart = poll(onlyInCopy, record);
        if (counterpart == null) {
            onlyInFront.computeIfAbsent(record, key -> new ArrayDeque<>(1)).add(offset);
            unmatchedFront++;
            requireFew();
        } else {
            unmatchedCopy--;
            match(offset, counterpart);
        }
    }

    void copy(Fingerprint record, long offset) {
        copy++;
        Long counterpart = poll(onlyInFront, record);
        if (counterpart == null) {
            onlyInCopy.computeIfAbsent(record, key -> new ArrayDeque<>(1)).add(offset);
            unmatchedCopy++;
            requireFew();
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

    private static Long poll(Map<Fingerprint, Deque<Long>> records, Fingerprint record) {
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
        // In a copy of the same order, each match is later than the one before on both sides.
        if (frontOffset < lastMatchInFront || copyOffset < lastMatchInCopy) {
            outOfOrder++;
        }
        lastMatchInCopy = Math.max(lastMatchInCopy, copyOffset);
        lastMatchInFront = Math.max(lastMatchInFront, frontOffset);
        firstMatchInFront = Math.min(firstMatchInFront, frontOffset);
        firstMatchInCopy = Math.min(firstMatchInCopy, copyOffset);
    }

    private void requireFew() {
        if (unmatchedFront + unmatchedCopy > mostDifferences) {
            throw new IllegalStateException("more than " + mostDifferences
                    + " records have no counterpart; the mirror lags far behind, or this is no copy of that partition");
        }
    }

    /**
     * @param frontTrimmed whether front has deleted records at its beginning: what only the copy has before the first
     *     common record is then older, not surplus
     * @param copyTrimmed likewise for the copy: what only front has there is older, not missing
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

    private static long count(Map<Fingerprint, Deque<Long>> records, long from, long to) {
        return records.values().stream()
                .flatMap(Deque::stream)
                .filter(offset -> offset >= from && offset < to)
                .count();
    }
}
