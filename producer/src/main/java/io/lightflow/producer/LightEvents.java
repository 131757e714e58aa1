package io.lightflow.producer;

import io.lightflow.event.Beacon;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventRules;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Tag;
import io.lightflow.registry.client.SchemaId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
 * Sends light events to the Kafka of a data center: one for each process, opened at its start and closed at its end.
 *
 * <p>All methods may be called by any thread at once. The events that one thread sends with one join key arrive in that
 * order. An event may be changed or used again when {@code send} has returned. What {@code send} does while Kafka is
 * away is the {@linkplain WhenAway policy} of the settings.
 */
public final class LightEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LightEvents.class);
    private static final long TICK_MS = 100;
    private static final long BEACON_MS = 1_000;

    private final LightEventsSettings settings;
    private final InstantSource clock;
    private final long farFutureMs;
    private final EventIds ids;
    private final WireEncoders encoders = new WireEncoders();
    private final Counters counters;
    private final int[] schemaIds = new int[EventType.values().length];
    private final Outbox outbox;
    private final SchemaRegistration registration;
    private final ScheduledExecutorService ticker;
    private final AtomicBoolean closed = new AtomicBoolean();
    private long lastBeaconNanos = System.nanoTime() - BEACON_MS * 1_000_000;

    private LightEvents(LightEventsSettings settings, InstantSource clock, Counters counters, Outbox outbox) {
        this.settings = settings;
        this.clock = clock;
        this.counters = counters;
        this.outbox = outbox;
        this.farFutureMs = settings.farFuture().toMillis();
        this.ids = new EventIds(clock);
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
     * Begins to work in the background. Unless events are spooled it waits for Kafka, for up to 2 s or the deadline of
     * {@link WhenAway.Block}, whichever is longer, so that the first events need not; that it is away is no failure. It
     * does not wait for the registry.
     *
     * @throws IllegalArgumentException if Kafka's client refuses the settings, or a topic has another number of
     *     partitions
     * @throws org.apache.kafka.common.KafkaException if no server of such a name is found; with a spool that is waited
     *     for
     * @throws SpoolException if the spool's directory cannot be used, or another process uses it
     */
    public static LightEvents open(LightEventsSettings settings) {
        return open(settings, InstantSource.system());
    }

    static LightEvents open(LightEventsSettings settings, InstantSource clock) {
        KafkaConfig.requireValid(settings);
        Counters counters = new Counters();
        LightEvents events = new LightEvents(settings, clock, counters, outbox(settings, counters));
        events.outbox.start();
        events.registration.start();
        events.ticker.scheduleWithFixedDelay(events::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        return events;
    }

    private static Outbox outbox(LightEventsSettings settings, Counters counters) {
        int beaconSchemaId = SchemaId.of(Beacon.getClassSchema());
        return settings.whenAway() instanceof WhenAway.Spool spool
                ? SpooledOutbox.open(settings, spool, beaconSchemaId, counters)
                : new DirectOutbox(settings, beaconSchemaId, counters);
    }

    /**
     * @param joinKey the cookie of the browser that saw it
     * @throws InvalidEventException if the join would reject it
     * @throws NotTakenException if there is no room for it, and the policy is not to drop
     */
    public Outcome send(String joinKey, Impression impression) {
        return send(EventType.IMPRESSION, joinKey, impression);
    }

    /**
     * @param joinKey of the impression: the click URL carries it
     * @throws InvalidEventException if the join would reject it
     * @throws NotTakenException if there is no room for it, and the policy is not to drop
     */
    public Outcome send(String joinKey, Click click) {
        return send(EventType.CLICK, joinKey, click);
    }

    /**
     * @param joinKey of the impression, which the postback URL carries; of a conversion that names neither click nor
     *     impression the browser's cookie
     * @throws InvalidEventException if the join would reject it
     * @throws NotTakenException if there is no room for it, and the policy is not to drop
     */
    public Outcome send(String joinKey, Conversion conversion) {
        return send(EventType.CONVERSION, joinKey, conversion);
    }

    /**
     * @param joinKey the browser's cookie
     * @throws InvalidEventException if the join would reject it
     * @throws NotTakenException if there is no room for it, and the policy is not to drop
     */
    public Outcome send(String joinKey, Tag tag) {
        return send(EventType.TAG, joinKey, tag);
    }

    /** An id that no other event has, see {@link EventId}: for an event with this join key that happens now. */
    public String newId(String joinKey) {
        return ids.next(Shard.of(joinKey, settings.partitions()));
    }

    private Outcome send(EventType type, String joinKey, SpecificRecordBase event) {
        if (closed.get()) {
            throw new IllegalStateException("sending a " + type + ": expected an open producer, found a closed one");
        }
        long now = clock.millis();
        return outbox.put(new Outgoing(type, now, key(type, joinKey), value(type, joinKey, event, now)));
    }

    private byte[] key(EventType type, String joinKey) {
        if (joinKey == null || UnwritableTextException.hasLoneSurrogate(joinKey)) {
            throw refusal(type, "joinKey", "expected a text, found " + (joinKey == null ? "none" : "half a character"));
        }
        return joinKey.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] value(EventType type, String joinKey, SpecificRecordBase event, long now) {
        WireEncoder encoder = encoders.borrow();
        byte[] value;
        try {
            EventRules.Wrong wrong = EventRules.whatIsWrong(event, joinKey, now, farFutureMs);
            if (wrong != null) {
                throw refusal(type, wrong.field(), wrong.reason());
            }
            value = encoder.encode(event, schemaIds[type.ordinal()]);
        } catch (NullPointerException | UnwritableTextException e) {
            throw TextFields.firstUnwritable(event)
                    .map(field -> refusal(type, field, "expected a text, found none or half a character"))
                    .orElseThrow(() -> e);
        } finally {
            encoders.giveBack(encoder);
        }
        // Kafka's topics take as much, unless told otherwise, with a little for what is around it.
        if (value.length + joinKey.length() * 3L > LightEventDecoder.LONGEST_RECORD_BYTES - 1024) {
            throw refusal(
                    type,
                    TextFields.longest(event),
                    "expected an event of less than " + LightEventDecoder.LONGEST_RECORD_BYTES + " bytes, found "
                            + value.length + ", most of them here");
        }
        return value;
    }

    private InvalidEventException refusal(EventType type, String field, String reason) {
        counters.invalid.increment();
        return new InvalidEventException(schema(type).getName(), field, reason);
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
            if (settings.beacons() == Beacons.EVERY_SECOND && now - lastBeaconNanos >= BEACON_MS * 1_000_000) {
                lastBeaconNanos = now;
                outbox.vouch(clock.millis());
            }
        } catch (RuntimeException e) {
            // An executor would stop to tick without a word.
            LOG.error("The producer's housekeeping failed; it is tried again in {} ms", TICK_MS, e);
        }
    }

    public LightEventsMetrics metrics() {
        return new LightEventsMetrics(
                counters.taken.sum(),
                counters.leftOver.sum(),
                counters.acknowledged.sum(),
                counters.lost.sum(),
                counters.waiting(),
                counters.invalid.sum(),
                counters.dropped.sum(),
                counters.notTaken.sum(),
                counters.beacons.sum(),
                outbox.bytesOnDisk(),
                registration.state());
    }

    /**
     * Waits until Kafka has acknowledged all that was taken before.
     *
     * @throws NotDeliveredException if that takes longer, or the thread is interrupted; the events are sent
     *     nevertheless
     */
    public void flush(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (long waiting = counters.waiting(); waiting > 0; waiting = counters.waiting()) {
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                throw new NotDeliveredException(
                        waiting + " events: expected Kafka to acknowledge them within " + timeout
                                + ", found it has not",
                        waiting);
            }
            LockSupport.parkNanos(this, 1_000_000);
        }
    }

    /**
     * Takes no more events, and waits for acknowledgements of those that it has. What a spool holds then is sent by the
     * next process.
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

    /** It is not interrupted, since it may be writing. */
    private void awaitLastTick() {
        ticker.shutdown();
        try {
            ticker.awaitTermination(settings.closeTimeout().toMillis() + TICK_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
