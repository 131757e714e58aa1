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
 * Beacons into all partitions of all light topics, behind the events that were sent before. The next round waits until
 * all of this one are acknowledged, so that an outage does not fill the memory with them. Used by one thread at a time.
 */
final class BeaconRound {
    private static final Logger LOG = LoggerFactory.getLogger(BeaconRound.class);

    private final String dc;
    private final int partitions;
    private final int schemaId;
    private final BodyEncoder encoder = new BodyEncoder();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Callback acknowledged;
    private volatile boolean broken;
    private String lastFailure = "";

    BeaconRound(LightEventsSettings settings, int schemaId, Counters counters) {
        this.dc = settings.dc();
        this.partitions = settings.partitions();
        this.schemaId = schemaId;
        this.acknowledged = (metadata, failure) -> {
            underWay.decrementAndGet();
            if (failure == null) {
                counters.beacons.increment();
            } else {
                broken = true;
            }
        };
    }

    /** A beacon that cannot be sent is left out: the next round says more than it would have. */
    void send(FrontKafka kafka, long timeMs) {
        if (underWay.get() > 0) {
            return;
        }
        broken = false;
        byte[] value = encoder.encodeWithHeader(new Beacon(timeMs, dc), schemaId);
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

    private void send(FrontKafka kafka, EventType type, int partition, long timeMs, byte[] value) {
        underWay.incrementAndGet();
        try {
            kafka.sendBeacon(type, partition, timeMs, value, acknowledged);
        } catch (KafkaException | IllegalStateException e) {
            underWay.decrementAndGet();
            throw e;
        }
    }

    private void logOnce(EventType type, RuntimeException failure) {
        if (!failure.toString().equals(lastFailure)) {
            lastFailure = failure.toString();
            LOG.error(
                    "No beacons can be sent to topic {}; tried again every second, and said once",
                    type.plural(),
                    failure);
        }
    }
}
