package io.lightflow.producer;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The events of a spool that one Kafka producer has in flight, in the spool's order. Kafka may acknowledge them in any
 * order. The spool may drop everything before the first unacknowledged event.
 */
final class InFlightEvents {
    /** Receives an event that Kafka rejected after it had been handed over, on the thread of Kafka's producer. */
    @FunctionalInterface
    interface FailureListener {
        void onFailure(Entry entry, Exception cause);
    }

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Spool spool;
    private final DeliveryCounters counters;
    private final FailureListener failureListener;

    InFlightEvents(Spool spool, DeliveryCounters counters, FailureListener failureListener) {
        this.spool = spool;
        this.counters = counters;
        this.failureListener = failureListener;
    }

    /** One event in flight. */
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
                failureListener.onFailure(this, failure);
            }
        }

        /** Releases the event from the spool. */
        void settle() {
            synchronized (entries) {
                settled = true;
                forgetSettled();
            }
        }

        /** The event's position in the spool. */
        long start() {
            return start;
        }

        /** Why Kafka's client did not accept it; null if it did. */
        Exception refusal() {
            return refusal;
        }
    }

    /**
     * @param start the event's position in the spool
     * @param end the position behind it
     */
    Entry add(long start, long end) {
        Entry entry = new Entry(start, end);
        synchronized (entries) {
            entries.addLast(entry);
        }
        return entry;
    }

    /** Removes the entry that was added last, because it was not handed over. */
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
