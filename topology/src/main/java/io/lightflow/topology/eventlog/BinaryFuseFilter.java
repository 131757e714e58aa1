package io.lightflow.topology.eventlog;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A set of hashes in about 19 bits each. It contains every hash that it was built from, and one of 65,536 others.
 * (Graf, Lemire: "Binary Fuse Filters: Fast and Smaller Than Xor Filters", 2022; the variant with three places and
 * fingerprints of 16 bits.)
 *
 * @param seed varies the hashes
 * @param segmentLength a power of two; the three places of a hash are in neighboring segments of this length
 * @param segmentCountLength length of the part in which the first place is
 */
record BinaryFuseFilter(long seed, int segmentLength, int segmentCountLength) {
    private static final int ARITY = 3;
    private static final int MAX_SEGMENT_LENGTH = 1 << 18;
    private static final int MAX_ATTEMPTS = 100;

    /** Number of fingerprints, of two bytes each. */
    int length() {
        return segmentCountLength + (ARITY - 1) * segmentLength;
    }

    /**
     * Whether the filter may contain a hash.
     *
     * @param fingerprints holds the filter from an index on
     */
    boolean mayContain(long hash, ByteBuffer fingerprints, int from) {
        long mixed = EventHashing.mix(hash + seed);
        int place0 = place0(mixed);
        int place1 = place1(mixed, place0);
        int place2 = place2(mixed, place0);
        int found = fingerprints.getShort(from + 2 * place0)
                ^ fingerprints.getShort(from + 2 * place1)
                ^ fingerprints.getShort(from + 2 * place2);
        return (short) (fingerprint(mixed) ^ found) == 0;
    }

    private static int fingerprint(long mixed) {
        return (int) (mixed ^ mixed >>> 32);
    }

    /** The upper 64 bits of the product of {@code mixed}, unsigned, and the length. */
    private int place0(long mixed) {
        return (int) Math.multiplyHigh(mixed >>> 1, (long) segmentCountLength << 1);
    }

    private int place1(long mixed, int place0) {
        return place0 + segmentLength ^ (int) (mixed >>> 18) & segmentLength - 1;
    }

    private int place2(long mixed, int place0) {
        return place0 + 2 * segmentLength ^ (int) mixed & segmentLength - 1;
    }

    private int place(int which, long mixed) {
        int place0 = place0(mixed);
        return switch (which) {
            case 0 -> place0;
            case 1 -> place1(mixed, place0);
            default -> place2(mixed, place0);
        };
    }

    private static BinaryFuseFilter sizedFor(int hashes, long seed) {
        int segmentLength = hashes < 2
                ? 4
                : Math.min(MAX_SEGMENT_LENGTH, 1 << (int) Math.floor(Math.log(hashes) / Math.log(3.33) + 2.25));
        double factor = hashes < 2 ? 0 : Math.max(1.125, 0.875 + 0.25 * Math.log(1e6) / Math.log(hashes));
        int capacity = (int) Math.round(hashes * factor);
        int segments = Math.max(1, (capacity + segmentLength - 1) / segmentLength - (ARITY - 1));
        return new BinaryFuseFilter(seed, segmentLength, segments * segmentLength);
    }

    /** Builds filters, with memory that it uses again. Used by one thread. */
    static final class Builder {
        private short[] fingerprints = {};
        /** Number of hashes at a place times four, and in the last two bits the xor of which place of theirs it is. */
        private int[] counts = {};

        private long[] xors = {};
        private int[] single = {};
        private long[] order = {};
        private byte[] orderPlace = {};

        /**
         * Builds a filter. Its fingerprints are {@link #fingerprints} afterwards.
         *
         * @param hashes distinct ones
         */
        BinaryFuseFilter build(long[] hashes, int count) {
            BinaryFuseFilter filter = sizedFor(count, 0);
            reserve(filter.length(), count);
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                filter = sizedFor(count, EventHashing.mix(attempt));
                if (peel(filter, hashes, count)) {
                    assign(filter, count);
                    return filter;
                }
            }
            throw new IllegalStateException("found no filter for " + count + " distinct hashes");
        }

        short[] fingerprints() {
            return fingerprints;
        }

        private void reserve(int length, int count) {
            if (length > fingerprints.length) {
                fingerprints = new short[length];
                counts = new int[length];
                xors = new long[length];
                single = new int[length];
            }
            if (count > order.length) {
                order = new long[count];
                orderPlace = new byte[count];
            }
        }

        /** Finds an order in which each hash has a place that none of its successors uses. */
        private boolean peel(BinaryFuseFilter filter, long[] hashes, int count) {
            int length = filter.length();
            Arrays.fill(counts, 0, length, 0);
            Arrays.fill(xors, 0, length, 0);
            for (int i = 0; i < count; i++) {
                long mixed = EventHashing.mix(hashes[i] + filter.seed);
                for (int which = 0; which < ARITY; which++) {
                    int place = filter.place(which, mixed);
                    counts[place] = counts[place] + 4 ^ which;
                    xors[place] ^= mixed;
                }
            }
            int singles = 0;
            for (int place = 0; place < length; place++) {
                if (counts[place] >>> 2 == 1) {
                    single[singles++] = place;
                }
            }
            int peeled = 0;
            while (singles > 0) {
                int place = single[--singles];
                if (counts[place] >>> 2 != 1) {
                    continue;
                }
                long mixed = xors[place];
                int own = counts[place] & 3;
                order[peeled] = mixed;
                orderPlace[peeled++] = (byte) own;
                for (int which = 0; which < ARITY; which++) {
                    int other = filter.place(which, mixed);
                    if (counts[other] >>> 2 == 2 && which != own) {
                        single[singles++] = other;
                    }
                    counts[other] = counts[other] - 4 ^ which;
                    xors[other] ^= mixed;
                }
            }
            return peeled == count;
        }

        private void assign(BinaryFuseFilter filter, int count) {
            Arrays.fill(fingerprints, 0, filter.length(), (short) 0);
            for (int i = count - 1; i >= 0; i--) {
                long mixed = order[i];
                int value = fingerprint(mixed);
                for (int which = 0; which < ARITY; which++) {
                    value ^= fingerprints[filter.place(which, mixed)];
                }
                int own = filter.place(orderPlace[i], mixed);
                fingerprints[own] = (short) (value ^ fingerprints[own]);
            }
        }
    }
}
