package io.lightflow.producer;

import io.lightflow.event.EventType;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps events in the memory of Kafka's producer: {@link UnavailablePolicy.Block} and {@link UnavailablePolicy.Drop}.
 */
final class DirectOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(DirectOutbox.class);

    private static final Duration STARTUP_WAIT = Duration.ofSeconds(2);

    private final FrontKafkaProducer kafka;
    private final UnavailablePolicy policy;
    private final DeliveryCounters counters;
    private final BeaconSender beacons;
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    DirectOutbox(LightEventsSettings settings, int beaconSchemaId, DeliveryCounters counters) {
        this.policy = settings.unavailablePolicy();
        this.counters = counters;
        this.kafka = new FrontKafkaProducer(
                settings, policy instanceof UnavailablePolicy.Block block ? block.deadline() : Duration.ZERO);
        this.beacons = new BeaconSender(settings, beaconSchemaId, counters);
    }

    /** Receives the outcome of one event. */
    private final class Delivery implements Callback {
        private final Thread sender = Thread.currentThread();
        private final OutgoingEvent event;
        private final CompletableFuture<Void> acknowledged;
        private Exception refusal;

        /** @param acknowledged completed by Kafka's acknowledgement; null if nobody waits for it */
        private Delivery(OutgoingEvent event, CompletableFuture<Void> acknowledged) {
            this.event = event;
            this.acknowledged = acknowledged;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            if (failure == null) {
                counters.acknowledged.increment();
                if (acknowledged != null) {
                    acknowledged.complete(null);
                }
            } else if (Thread.currentThread() == sender) {
                refusal = failure;
            } else {
                lost(failure);
                if (acknowledged != null) {
                    acknowledged.completeExceptionally(
                            new NotAcceptedException(event.type() + " not accepted: Kafka rejected it", failure));
                }
            }
        }
    }

    /** Waits briefly for Kafka: the first events then need not wait, and a wrong partition count is detected here. */
    @Override
    public void start() {
        long deadline = System.nanoTime() + STARTUP_WAIT.toNanos();
        for (EventType type : EventType.values()) {
            while (!isKnown(type) && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(this, 5_000_000);
            }
        }
    }

    private boolean isKnown(EventType type) {
        try {
            kafka.verify(type);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (PartitionCountMismatchException e) {
            kafka.close(Duration.ZERO);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (KafkaException e) {
            LOG.warn(
                    "Reading the metadata of topic {} failed; its events are not accepted until it succeeds",
                    type.plural(),
                    e);
            return true;
        }
    }

    @Override
    public SendOutcome put(OutgoingEvent event) {
        return put(event, new Delivery(event, null));
    }

    @Override
    public CompletableFuture<Void> putDurably(OutgoingEvent event) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        try {
            if (put(event, new Delivery(event, acknowledged)) == SendOutcome.DROPPED) {
                return CompletableFuture.failedFuture(new NotAcceptedException(
                        event.type() + " not accepted: Kafka is unavailable, and the buffer is full", null));
            }
        } catch (NotAcceptedException e) {
            return CompletableFuture.failedFuture(e);
        }
        return acknowledged;
    }

    private SendOutcome put(OutgoingEvent event, Delivery delivery) {
        counters.accepted.increment();
        try {
            kafka.send(event, delivery);
        } catch (KafkaException | IllegalStateException e) {
            delivery.refusal = e;
        }
        if (delivery.refusal == null) {
            return SendOutcome.ACCEPTED;
        }
        counters.accepted.decrement();
        if (policy instanceof UnavailablePolicy.Drop && delivery.refusal instanceof TimeoutException) {
            counters.dropped.increment();
            return SendOutcome.DROPPED;
        }
        counters.notAccepted.increment();
        throw new NotAcceptedException(
                event.type() + " not accepted: expected Kafka's producer to buffer it, found " + delivery.refusal,
                delivery.refusal);
    }

    /** Logs the first loss only, and counts the others: thousands share one reason. */
    private void lost(Exception failure) {
        counters.lost.increment();
        if (lossLogged.compareAndSet(false, true)) {
            LOG.error(
                    "An accepted event is lost: Kafka rejects it permanently. Further losses are only counted",
                    failure);
        }
    }

    @Override
    public void requestBeacons(long timeMs) {
        if (!kafka.isFull()) {
            beacons.send(kafka, timeMs);
        }
    }

    @Override
    public void tick() {}

    @Override
    public long bytesOnDisk() {
        return 0;
    }

    @Override
    public void close(Duration timeout) {
        long lostBefore = counters.lost.sum();
        lossLogged.set(true);
        kafka.close(timeout);
        long lost = counters.lost.sum() - lostBefore;
        if (lost > 0) {
            throw new NotDeliveredException(
                    lost + " events are lost: Kafka did not acknowledge them within " + Durations.format(timeout)
                            + " of closing, and they were only in memory. UnavailablePolicy.Spool keeps events on disk",
                    lost);
        }
    }
}
