package io.lightflow.producer;

import io.lightflow.event.Beacon;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a round of beacons to all partitions of all light topics, behind the events that were sent before. The next
 * round waits until this one is acknowledged, so an outage does not fill the memory with beacons. One thread at a time
 * uses it.
 */
final class BeaconSender {
    private static final Logger LOG = LoggerFactory.getLogger(BeaconSender.class);

    private final String dc;
    private final String producer;
    private final int partitions;
    private final int schemaId;
    private final BodyEncoder encoder = new BodyEncoder();
    private final AtomicInteger unacknowledged = new AtomicInteger();
    private final Callback acknowledged;
    private volatile boolean broken;
    private String lastFailure = "";

    BeaconSender(LightEventsSettings settings, int schemaId, DeliveryCounters counters) {
        this.dc = settings.dc();
        this.producer = settings.producer();
        this.partitions = settings.partitions();
        this.schemaId = schemaId;
        this.acknowledged = (metadata, failure) -> {
            unacknowledged.decrementAndGet();
            if (failure == null) {
                counters.beacons.increment();
            } else {
                broken = true;
            }
        };
    }

    /** Skips a beacon that cannot be sent: the next round carries a later time anyway. */
    void send(FrontKafkaProducer kafka, long timeMs) {
        if (unacknowledged.get() > 0) {
            return;
        }
        broken = false;
        Beacon beacon = Beacon.newBuilder()
                .setTime(timeMs)
                .setDc(dc)
                .setProducer(producer)
                .build();
        byte[] value = encoder.encodeWithHeader(beacon, schemaId);
        for (EventType type : EventType.values()) {
            try {
                kafka.verify(type);
                for (int partition = 0; partition < partitions && !broken; partition++) {
                    send(kafka, type, partition, timeMs, value);
                }
                lastFailure = "";
            } catch (TimeoutException e) {
                return;
            } catch (KafkaException | IllegalStateException e) {
                logOnce(type, e);
            }
        }
    }

    private void send(FrontKafkaProducer kafka, EventType type, int partition, long timeMs, byte[] value) {
        unacknowledged.incrementAndGet();
        try {
            kafka.sendBeacon(type, partition, timeMs, value, acknowledged);
        } catch (KafkaException | IllegalStateException e) {
            unacknowledged.decrementAndGet();
            throw e;
        }
    }

    private void logOnce(EventType type, RuntimeException failure) {
        if (!failure.toString().equals(lastFailure)) {
            lastFailure = failure.toString();
            LOG.error(
                    "Sending beacons to topic {} failed; it is retried every second, and this error is logged once",
                    type.plural(),
                    failure);
        }
    }
}
