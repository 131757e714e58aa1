package io.lightflow.topology.rocksdb;

import io.lightflow.topology.eventlog.Varint;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The bytes of a row: its cells one after the other in the order they were added, each as {@code varint keyLength,
 * varint valueLength, key, value}. A cell that was added twice stands there twice.
 */
final class RowCodec {
    private static final Comparator<Slot> BY_KEY =
            (a, b) -> Arrays.compareUnsigned(a.bytes, a.keyFrom, a.keyTo, b.bytes, b.keyFrom, b.keyTo);

    private RowCodec() {}

    /** Where a cell stands in the bytes of its row. The key ends where the value begins. */
    record Slot(byte[] bytes, int keyFrom, int keyTo, int valueTo) {
        private boolean beginsWith(byte[] prefix) {
            return keyTo - keyFrom >= prefix.length
                    && Arrays.equals(bytes, keyFrom, keyFrom + prefix.length, prefix, 0, prefix.length);
        }

        byte[] key() {
            return Arrays.copyOfRange(bytes, keyFrom, keyTo);
        }

        byte[] value() {
            return Arrays.copyOfRange(bytes, keyTo, valueTo);
        }
    }

    /**
     * The distinct cells of one row, by rising key. It looks into the bytes it was made of; these must stay as they
     * are.
     */
    static final class ParsedRow {
        private final Slot[] slots;
        private final int size;

        private ParsedRow(Slot[] slots, int size) {
            this.slots = slots;
            this.size = size;
        }

        /** The cells whose keys begin with the prefix. */
        List<Slot> range(byte[] prefix) {
            int from = prefix.length == 0 ? 0 : firstAtOrAfter(prefix);
            int to = from;
            while (to < size && slots[to].beginsWith(prefix)) {
                to++;
            }
            return Arrays.asList(slots).subList(from, to);
        }

        private int firstAtOrAfter(byte[] prefix) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                Slot slot = slots[middle];
                if (Arrays.compareUnsigned(slot.bytes, slot.keyFrom, slot.keyTo, prefix, 0, prefix.length) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /** How many bytes {@link #encode} writes. */
    static int encodedLength(byte[] key, byte[] value) {
        int header = Varint.length(key.length) + Varint.length(value.length);
        return Math.addExact(header, Math.addExact(key.length, value.length));
    }

    /**
     * Writes a cell.
     *
     * @return where it ends
     */
    static int encode(byte[] bytes, int from, byte[] key, byte[] value) {
        int at = Varint.put(bytes, from, key.length);
        at = Varint.put(bytes, at, value.length);
        System.arraycopy(key, 0, bytes, at, key.length);
        System.arraycopy(value, 0, bytes, at + key.length, value.length);
        return at + key.length + value.length;
    }

    /**
     * @param length how many of the bytes belong to the row
     * @throws IllegalArgumentException if the bytes are no row; says at which byte
     */
    static ParsedRow parse(byte[] bytes, int length) {
        Slot[] slots = new Slot[4];
        int count = 0;
        boolean rising = true;
        int at = 0;
        while (at < length) {
            long keyLength = Varint.get(bytes, at, length);
            int afterKeyLength = at + (int) (keyLength >>> 32);
            long valueLength = Varint.get(bytes, afterKeyLength, length);
            int keyFrom = afterKeyLength + (int) (valueLength >>> 32);
            long keyTo = keyFrom + (keyLength & 0xffffffffL);
            long valueTo = keyTo + (valueLength & 0xffffffffL);
            if (valueTo > length) {
                throw new IllegalArgumentException(
                        "the cell at byte " + at + " ends at byte " + valueTo + ", but the row ends at " + length);
            }
            if (count == slots.length) {
                slots = Arrays.copyOf(slots, 2 * count);
            }
            Slot slot = new Slot(bytes, keyFrom, (int) keyTo, (int) valueTo);
            rising = rising && (count == 0 || BY_KEY.compare(slots[count - 1], slot) < 0);
            slots[count++] = slot;
            at = (int) valueTo;
        }
        return new ParsedRow(slots, rising ? count : sortDistinct(slots, count));
    }

    private static int sortDistinct(Slot[] slots, int count) {
        Arrays.sort(slots, 0, count, BY_KEY);
        int distinct = 1;
        for (int i = 1; i < count; i++) {
            if (BY_KEY.compare(slots[distinct - 1], slots[i]) != 0) {
                slots[distinct++] = slots[i];
            }
        }
        return distinct;
    }
}
