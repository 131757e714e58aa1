package io.lightflow.producer;

import io.lightflow.event.EventType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events wait in the memory of Kafka's producer: {@link WhenAway.Block} and {@link WhenAway.Drop}. */
final class DirectOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(DirectOutbox.class);

    private static final Duration PATIENCE_AT_START = Duration.ofSeconds(2);

    private final FrontKafka kafka;
    private final WhenAway policy;
    private final Counters counters;
    private final BeaconRound beacons;
    private final AtomicBoolean lossLogged = new AtomicBoolean();

    DirectOutbox(LightEventsSettings settings, int beaconSchemaId, Counters counters) {
        this.policy = settings.whenAway();
        this.counters = counters;
        this.kafka =
                new FrontKafka(settings, policy instanceof WhenAway.Block block ? block.deadline() : Duration.ZERO);
        this.beacons = new BeaconRound(settings, beaconSchemaId, counters);
    }

    /** Hears what becomes of one event. */
    private final class Delivery implements Callback {
        private final Thread sender = Thread.currentThread();
        private Exception refusal;

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            if (failure == null) {
                counters.acknowledged.increment();
            } else if (Thread.currentThread() == sender) {
                refusal = failure;
            } else {
                lost(failure);
            }
        }
    }

    /** Waits a moment for Kafka, so that the first events need not, and settings that do not fit are found out. */
    @Override
    public void start() {
        long deadline = System.nanoTime() + PATIENCE_AT_START.toNanos();
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
        } catch (WrongPartitionsException e) {
            kafka.close(Duration.ZERO);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (KafkaException e) {
            LOG.warn("Topic {} cannot be seen; events that are sent there are refused until it can", type.plural(), e);
            return true;
        }
    }

    @Override
    public Outcome put(Outgoing event) {
        Delivery delivery = new Delivery();
        counters.taken.increment();
        try {
            kafka.send(event, delivery);
        } catch (KafkaException | IllegalStateException e) {
            delivery.refusal = e;
        }
        if (delivery.refusal == null) {
            return Outcome.TAKEN;
        }
        counters.taken.decrement();
        if (policy instanceof WhenAway.Drop && delivery.refusal instanceof TimeoutException) {
            counters.dropped.increment();
            return Outcome.DROPPED;
        }
        counters.notTaken.increment();
        throw new NotTakenException(
                event.type() + " not taken: expected Kafka to take it, found " + delivery.refusal, delivery.refusal);
    }

    /** Logged once, then counted: the reason is the same for thousands. */
    private void lost(Exception failure) {
        counters.lost.increment();
        if (lossLogged.compareAndSet(false, true)) {
            LOG.error(
                    "An event was taken and is lost, since Kafka refuses it for good; more of them are only counted",
                    failure);
        }
    }

    @Override
    public void vouch(long timeMs) {
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
                    lost + " events are lost: Kafka has not acknowledged them within " + timeout
                            + " of closing, and they were only in memory. WhenAway.Spool would have kept them",
                    lost);
        }
    }
}
