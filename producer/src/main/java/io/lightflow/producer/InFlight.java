package io.lightflow.producer;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The events of a spool that one Kafka producer was given, in the spool's order; they are acknowledged in any.
 * Everything before the first that is not acknowledged may be forgotten.
 */
final class InFlight {
    /** Hears of an event that Kafka refused after it had been handed over, on the thread of Kafka's producer. */
    @FunctionalInterface
    interface Failed {
        void failed(Entry entry, Exception cause);
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Spool spool;
    private final Counters counters;
    private final Failed failed;

    InFlight(Spool spool, Counters counters, Failed failed) {
        this.spool = spool;
        this.counters = counters;
        this.failed = failed;
    }

    /** One event on its way. */
    final class Entry implements Callback {
        private final Thread sender = Thread.currentThread();
        private final long start;
        private final long end;
        private Exception refusal;
        /** Guarded by {@code entries}. */
        private boolean settled;

        private Entry(long start, long end) {
            this.start = start;
            this.end = end;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            if (failure == null) {
                settle();
            } else if (Thread.currentThread() == sender) {
                refusal = failure;
            } else {
                failed.failed(this, failure);
            }
        }

        /** The spool need not keep it for longer. */
        void settle() {
            synchronized (entries) {
                settled = true;
                forgetSettled();
            }
        }

        /** The spool's position of the event. */
        long start() {
            return start;
        }

        /** Why it was not handed over; null if it was. */
        Exception refusal() {
            return refusal;
        }
    }

    /**
     * @param start the spool's position of the event
     * @param end that behind it
     */
    Entry add(long start, long end) {
        Entry entry = new Entry(start, end);
        synchronized (entries) {
            entries.addLast(entry);
        }
        return entry;
    }

    /** The entry that was added last has not been handed over. */
    void remove(Entry entry) {
        synchronized (entries) {
            entries.removeLastOccurrence(entry);
        }
    }

    private void forgetSettled() {
        long end = -1;
        int count = 0;
        for (Entry first = entries.peekFirst(); first != null && first.settled; first = entries.peekFirst()) {
            end = first.end;
            entries.removeFirst();
            count++;
        }
        if (count > 0) {
            counters.acknowledged.add(count);
            spool.acknowledge(end);
        }
    }
}
