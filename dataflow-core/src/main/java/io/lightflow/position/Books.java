package io.lightflow.position;

import io.lightflow.event.EventType;
import java.util.Arrays;

/**
 * The fates of a shard's events, committed with its position (invariant H). Every count is independent, so that
 * {@link #balanced()} is a check and not a definition. Immutable.
 */
public final class Books {

    /** The columns of the books. The names are part of the stored format: never rename one. */
    public enum Entry {
        /** Events read, whatever their fate. */
        IN,
        /** Ingested impressions and tags; clicks with their impression; attributed conversions. */
        JOINED,
        /** Clicks still without their impression, and undecided conversions. */
        WAITING,
        /** Clicks whose impression did not arrive in time. */
        ORPHANED,
        /** Events whose id was ingested before with another origin. */
        DUPLICATE,
        /** Records that could not be ingested. */
        REJECTED,
        /** Conversions without a matching click or impression. */
        UNATTRIBUTED,
        /** Events that arrived after the watermark had passed them; they are also counted above. */
        LATE,
        /** Events whose row was full; they are also counted above. */
        INVALID
    }

    private static final int TYPES = EventType.values().length;
    private static final int ENTRIES = Entry.values().length;

    public static final Books EMPTY = new Books(new long[TYPES * ENTRIES]);

    private final long[] counts;

    private Books(long[] counts) {
        this.counts = counts;
    }

    public long get(EventType type, Entry entry) {
        return counts[type.ordinal() * ENTRIES + entry.ordinal()];
    }

    /** The sum over all types. */
    public long total(Entry entry) {
        long total = 0;
        for (EventType type : EventType.values()) {
            total += get(type, entry);
        }
        return total;
    }

    /** Whether in = joined + waiting + orphaned + duplicate + rejected + unattributed for every type. */
    public boolean balanced() {
        for (EventType type : EventType.values()) {
            long accounted = get(type, Entry.JOINED)
                    + get(type, Entry.WAITING)
                    + get(type, Entry.ORPHANED)
                    + get(type, Entry.DUPLICATE)
                    + get(type, Entry.REJECTED)
                    + get(type, Entry.UNATTRIBUTED);
            if (get(type, Entry.IN) != accounted || get(type, Entry.WAITING) < 0) {
                return false;
            }
        }
        return true;
    }

    public Books plus(Books other) {
        long[] sum = counts.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.counts[i];
        }
        return new Books(sum);
    }

    public Editor edit() {
        return new Editor(counts.clone());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Books books && Arrays.equals(counts, books.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (EventType type : EventType.values()) {
            text.append(text.isEmpty() ? "" : "; ").append(type.plural());
            for (Entry entry : Entry.values()) {
                text.append(' ')
                        .append(entry.name().toLowerCase(java.util.Locale.ROOT))
                        .append('=');
                text.append(get(type, entry));
            }
        }
        return text.toString();
    }

    /** Collects the changes of one block. Not thread-safe. */
    public static final class Editor {
        private final long[] counts;

        private Editor(long[] counts) {
            this.counts = counts;
        }

        public Editor add(EventType type, Entry entry, long count) {
            counts[type.ordinal() * ENTRIES + entry.ordinal()] += count;
            return this;
        }

        public Books done() {
            return new Books(counts.clone());
        }
    }
}
