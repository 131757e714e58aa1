package io.lightflow.position;

import io.lightflow.event.EventType;
import java.util.Arrays;

/**
 * What became of a shard's events, committed with its position (invariant H). Immutable; every count is an independent
 * one, so that {@link #balanced()} is a check and not a definition.
 */
public final class Books {

    /** The columns of the books. The names are part of the stored form: never rename one. */
    public enum Entry {
        /** Events read, of any fate. */
        IN,
        /** Impressions and tags taken in; clicks with their impression; attributed conversions. */
        JOINED,
        /** Clicks without an impression yet, and conversions that are not decided yet. */
        WAITING,
        /** Clicks whose impression did not come in time. */
        ORPHANED,
        /** Events whose id had been seen with another origin. */
        DUPLICATE,
        /** Records that could not be taken in. */
        REJECTED,
        /** Conversions that no click and no impression can claim. */
        UNATTRIBUTED,
        /** Events, among the others, that came after the watermark had passed them. */
        LATE,
        /** Events, among the others, whose row had outgrown its cap. */
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

    /** Over all types. */
    public long total(Entry entry) {
        long total = 0;
        for (EventType type : EventType.values()) {
            total += get(type, entry);
        }
        return total;
    }

    /** Whether, for every type, events in = joined + waiting + orphaned + duplicate + rejected + unattributed. */
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

    /** Changes to books, made while a block is worked on. Not thread-safe. */
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
