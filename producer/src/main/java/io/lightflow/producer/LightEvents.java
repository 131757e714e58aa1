package io.lightflow.producer;

import io.lightflow.event.Beacon;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventRules;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Tag;
import io.lightflow.event.TraceParent;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.time.Durations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends light events to the Kafka of a data center. A process opens one instance at its start and closes it at its end.
 *
 * <p>Thread-safe. The events that one thread sends with one join key arrive in that order. Callers may change or reuse
 * an event once {@code send} has returned. The {@linkplain UnavailablePolicy policy} of the settings decides what
 * {@code send} does while Kafka is unavailable.
 */
public final class LightEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LightEvents.class);
    private static final long TICK_MS = 100;
    private static final long BEACON_MS = 1_000;

    private final LightEventsSettings settings;
    private final InstantSource clock;
    private final long farFutureMs;
    private final EventIdGenerator ids;
    private final WireEncoderPool encoders = new WireEncoderPool();
    private final DeliveryCounters counters;
    private final int[] schemaIds = new int[EventType.values().length];
    private final Outbox outbox;
    private final SchemaRegistration registration;
    private final ScheduledExecutorService ticker;
    private final AtomicBoolean closed = new AtomicBoolean();
    private long lastBeaconNanos = System.nanoTime() - BEACON_MS * 1_000_000;

    private LightEvents(LightEventsSettings settings, InstantSource clock, DeliveryCounters counters, Outbox outbox) {
        this.settings = settings;
        this.clock = clock;
        this.counters = counters;
        this.outbox = outbox;
        this.farFutureMs = settings.farFuture().toMillis();
        this.ids = new EventIdGenerator(clock);
        for (EventType type : EventType.values()) {
            schemaIds[type.ordinal()] = SchemaId.of(schema(type));
        }
        this.registration = new SchemaRegistration(
                settings.registry(),
                List.of(
                        Impression.getClassSchema(),
                        Click.getClassSchema(),
                        Conversion.getClassSchema(),
                        Tag.getClassSchema(),
                        Beacon.getClassSchema()));
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "lightflow-producer");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens a producer and starts its background threads. Without a spool it waits for Kafka, so that the first events
     * need not wait: up to 2 s or the deadline of {@link UnavailablePolicy.Block}, whichever is longer. An unavailable
     * Kafka is no failure. It does not wait for the registry.
     *
     * @throws IllegalArgumentException if Kafka's client rejects the settings, or the partition count of a topic
     *     differs from them
     * @throws org.apache.kafka.common.KafkaException if no server name can be resolved; with a spool, the producer
     *     retries instead
     * @throws SpoolException if the spool's directory is unusable, or in use by another process
     */
    public static LightEvents open(LightEventsSettings settings) {
        return open(settings, InstantSource.system());
    }

    static LightEvents open(LightEventsSettings settings, InstantSource clock) {
        KafkaProducerConfig.requireValid(settings);
        DeliveryCounters counters = new DeliveryCounters();
        LightEvents events = new LightEvents(settings, clock, counters, outbox(settings, counters));
        events.outbox.start();
        events.registration.start();
        events.ticker.scheduleWithFixedDelay(events::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        return events;
    }

    private static Outbox outbox(LightEventsSettings settings, DeliveryCounters counters) {
        int beaconSchemaId = SchemaId.of(Beacon.getClassSchema());
        return settings.unavailablePolicy() instanceof UnavailablePolicy.Spool spool
                ? SpooledOutbox.open(settings, spool, beaconSchemaId, counters)
                : new DirectOutbox(settings, beaconSchemaId, counters);
    }

    /**
     * @param joinKey the cookie of the browser that showed it
     * @throws InvalidEventException if the join would reject it
     * @throws NotAcceptedException if there is no room for it and the policy does not drop events
     */
    public SendOutcome send(String joinKey, Impression impression) {
        return send(EventType.IMPRESSION, joinKey, impression, null);
    }

    /**
     * @param joinKey that of the impression, which the click URL carries
     * @throws InvalidEventException if the join would reject it
     * @throws NotAcceptedException if there is no room for it and the policy does not drop events
     */
    public SendOutcome send(String joinKey, Click click) {
        return send(EventType.CLICK, joinKey, click, null);
    }

    /**
     * @param joinKey that of the impression, which the postback URL carries; the browser's cookie if the conversion
     *     names neither click nor impression
     * @throws InvalidEventException if the join would reject it
     * @throws NotAcceptedException if there is no room for it and the policy does not drop events
     */
    public SendOutcome send(String joinKey, Conversion conversion) {
        return send(EventType.CONVERSION, joinKey, conversion, null);
    }

    /**
     * @param joinKey the browser's cookie
     * @throws InvalidEventException if the join would reject it
     * @throws NotAcceptedException if there is no room for it and the policy does not drop events
     */
    public SendOutcome send(String joinKey, Tag tag) {
        return send(EventType.TAG, joinKey, tag, null);
    }

    /**
     * Sends an event with the trace in which it happened. The trace travels as a header of the record.
     *
     * @param event an {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag}
     * @param trace null if there is none
     * @throws InvalidEventException if the join would reject it
     * @throws NotAcceptedException if there is no room for it and the policy does not drop events
     */
    public SendOutcome send(String joinKey, SpecificRecordBase event, TraceParent trace) {
        return send(type(event), joinKey, event, trace);
    }

    /**
     * Sends an event, and completes with null when no crash can lose it. With a spool the event is then on disk, and
     * concurrent calls share one {@code fsync}. Otherwise Kafka has acknowledged it. The stage fails with
     * {@link NotAcceptedException} if neither can be achieved; the event may be sent nevertheless, so repeat the call
     * with the same id. The thread that completes the stage belongs to the producer: its dependents must be quick.
     *
     * @param event an {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag}
     * @throws InvalidEventException if the join would reject it
     */
    public CompletionStage<Void> sendDurably(String joinKey, SpecificRecordBase event) {
        return sendDurably(joinKey, event, null);
    }

    /**
     * Sends an event with the trace in which it happened, as {@link #sendDurably(String, SpecificRecordBase)} does.
     *
     * @param trace null if there is none
     * @throws InvalidEventException if the join would reject it
     */
    public CompletionStage<Void> sendDurably(String joinKey, SpecificRecordBase event, TraceParent trace) {
        return outbox.putDurably(outgoing(type(event), joinKey, event, trace));
    }

    /** Generates a unique {@linkplain EventId id} for an event that happens now and has this join key. */
    public String newId(String joinKey) {
        return ids.next(Shard.of(joinKey, settings.partitions()));
    }

    private SendOutcome send(EventType type, String joinKey, SpecificRecordBase event, TraceParent trace) {
        return outbox.put(outgoing(type, joinKey, event, trace));
    }

    private OutgoingEvent outgoing(EventType type, String joinKey, SpecificRecordBase event, TraceParent trace) {
        if (closed.get()) {
            throw new IllegalStateException("sending a " + type + ": expected an open producer, found a closed one");
        }
        long now = clock.millis();
        return new OutgoingEvent(type, now, key(type, joinKey), value(type, joinKey, event, now), trace);
    }

    private byte[] key(EventType type, String joinKey) {
        if (joinKey == null || UnpairedSurrogateException.hasUnpairedSurrogate(joinKey)) {
            throw refusal(
                    type,
                    "joinKey",
                    "expected a valid string, found " + (joinKey == null ? "null" : "an unpaired surrogate"));
        }
        return joinKey.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] value(EventType type, String joinKey, SpecificRecordBase event, long now) {
        WireEncoder encoder = encoders.borrow();
        byte[] value;
        try {
            EventRules.Violation violation = EventRules.violation(event, joinKey, now, farFutureMs);
            if (violation != null) {
                throw refusal(type, violation.field(), violation.reason());
            }
            value = encoder.encode(event, schemaIds[type.ordinal()]);
        } catch (NullPointerException | UnpairedSurrogateException e) {
            throw StringFields.firstInvalid(event)
                    .map(field -> refusal(type, field, "expected a valid string, found null or an unpaired surrogate"))
                    .orElseThrow(() -> e);
        } finally {
            encoders.release(encoder);
        }
        // Kafka's topics accept this length by default; 1,024 bytes are reserved for the record's overhead.
        if (value.length + joinKey.length() * 3L > LightEventDecoder.MAX_RECORD_BYTES - 1024) {
            throw refusal(
                    type,
                    StringFields.longest(event),
                    "expected an event of less than " + LightEventDecoder.MAX_RECORD_BYTES + " bytes, found "
                            + value.length + "; this field is the longest");
        }
        return value;
    }

    private InvalidEventException refusal(EventType type, String field, String reason) {
        counters.invalid.increment();
        return new InvalidEventException(schema(type).getName(), field, reason);
    }

    private static EventType type(SpecificRecordBase event) {
        for (EventType type : EventType.values()) {
            if (event.getSchema() == schema(type)) {
                return type;
            }
        }
        throw new IllegalArgumentException("event to send: expected a light event, found a "
                + event.getSchema().getName());
    }

    private static Schema schema(EventType type) {
        return switch (type) {
            case IMPRESSION -> Impression.getClassSchema();
            case CLICK -> Click.getClassSchema();
            case CONVERSION -> Conversion.getClassSchema();
            case TAG -> Tag.getClassSchema();
        };
    }

    private void tick() {
        try {
            outbox.tick();
            long now = System.nanoTime();
            if (settings.beacons() == BeaconPolicy.EVERY_SECOND && now - lastBeaconNanos >= BEACON_MS * 1_000_000) {
                lastBeaconNanos = now;
                outbox.requestBeacons(clock.millis());
            }
        } catch (RuntimeException e) {
            // Without this catch, the executor would stop the housekeeping silently.
            LOG.error("The producer's housekeeping failed; it is retried in {} ms", TICK_MS, e);
        }
    }

    public LightEventsMetrics metrics() {
        return new LightEventsMetrics(
                counters.accepted.sum(),
                counters.recovered.sum(),
                counters.acknowledged.sum(),
                counters.lost.sum(),
                counters.waiting(),
                counters.invalid.sum(),
                counters.dropped.sum(),
                counters.notAccepted.sum(),
                counters.beacons.sum(),
                outbox.bytesOnDisk(),
                registration.state());
    }

    /**
     * Waits until Kafka has acknowledged all events accepted before.
     *
     * @throws NotDeliveredException if the timeout passes or the thread is interrupted; the events are sent
     *     nevertheless
     */
    public void flush(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (long waiting = counters.waiting(); waiting > 0; waiting = counters.waiting()) {
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                throw new NotDeliveredException(
                        waiting + " events: expected Kafka to acknowledge them within " + Durations.format(timeout)
                                + ", found them unacknowledged",
                        waiting);
            }
            LockSupport.parkNanos(this, 1_000_000);
        }
    }

    /**
     * Stops accepting events, and waits for the acknowledgements of accepted ones. The next process sends what a spool
     * still holds.
     *
     * @throws NotDeliveredException if events that were only in memory are lost
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        registration.close();
        awaitLastTick();
        outbox.close(settings.closeTimeout());
    }

    /** Waits instead of interrupting, because the tick may be writing. */
    private void awaitLastTick() {
        ticker.shutdown();
        try {
            ticker.awaitTermination(settings.closeTimeout().toMillis() + TICK_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
