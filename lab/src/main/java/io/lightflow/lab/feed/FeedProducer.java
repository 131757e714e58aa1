package io.lightflow.lab.feed;

import io.lightflow.event.Beacon;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.Tag;
import io.lightflow.position.ProducerClocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Simulates the data centers: sends events to Kafka, with beacons between them.
 *
 * <p>A beacon's promise holds: its time is the minimum of the greatest event time fed so far, and the time of the
 * oldest remaining event plus the allowed disorder.
 *
 * <p>{@link #start}, {@link #feed}, {@link #sendClosingBeacons} and {@link #close} belong to one thread; {@link #stop}
 * and {@link #totals} to any.
 */
public final class FeedProducer implements AutoCloseable {
    private static final int BATCH_BYTES = 256 * 1024;
    private static final long BUFFER_BYTES = 64L << 20;
    /** Feeding fails if a cluster is unavailable for longer than this. */
    private static final int PATIENCE_MS = 600_000;

    private static final int EVENTS_PER_SNAPSHOT = 256;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long LONGEST_PARK_NANOS = 100_000_000;

    private final FeedSettings settings;
    /** Empty for the Kafka producers. */
    private final Optional<EventRoute> route;

    private final int[] schemaIdByType = new int[EventType.values().length];
    private final int beaconSchemaId;
    private final BodyEncoder encoder = new BodyEncoder();
    private final List<Producer<byte[], byte[]>> producers = new ArrayList<>();
    private final Map<String, FrontProducer> fronts = new HashMap<>();
    private final AtomicReference<FeedException> failure = new AtomicReference<>();
    private final Callback acknowledged = this::acknowledged;
    private volatile boolean stopped;
    private volatile FeedTotals totals = FeedTotals.NONE;

    private long read;
    private long sent;
    private long alreadyThere;
    private long beaconsSent;
    private long greatestTimeMs = Long.MIN_VALUE;
    private int feedHash;
    private long lastBeaconAt = Long.MIN_VALUE;

    /** @param schemaIds ids of the schemas of all light events and of {@link Beacon} */
    public FeedProducer(FeedSettings settings, SchemaIds schemaIds) {
        this(settings, schemaIds, Optional.empty());
    }

    /**
     * Sends the events that another route takes by this route, and the others and beacons to Kafka.
     *
     * @param settings their continuation does not count: nothing tells what took the route before
     */
    public FeedProducer(FeedSettings settings, SchemaIds schemaIds, EventRoute route) {
        this(settings.withContinuation(Continuation.NONE), schemaIds, Optional.of(route));
    }

    private FeedProducer(FeedSettings settings, SchemaIds schemaIds, Optional<EventRoute> route) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.route = route;
        schemaIdByType[EventType.IMPRESSION.ordinal()] = schemaIds.of(Impression.getClassSchema());
        schemaIdByType[EventType.CLICK.ordinal()] = schemaIds.of(Click.getClassSchema());
        schemaIdByType[EventType.CONVERSION.ordinal()] = schemaIds.of(Conversion.getClassSchema());
        schemaIdByType[EventType.TAG.ordinal()] = schemaIds.of(Tag.getClassSchema());
        beaconSchemaId = schemaIds.of(Beacon.getClassSchema());
    }

    /** Connects to the clusters, one Kafka producer for each. */
    public void start() {
        Map<String, Producer<byte[], byte[]>> byServers = new HashMap<>();
        settings.bootstrapServersByDc().forEach((dc, servers) -> {
            Producer<byte[], byte[]> producer = byServers.computeIfAbsent(servers, this::connect);
            fronts.put(dc, new FrontProducer(dc, settings, producer));
        });
    }

    private Producer<byte[], byte[]> connect(String servers) {
        Properties properties = new Properties();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "lightflow-feed");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A broker that does not know the producer accepts any sequence number. With more requests in flight, a
        // partition whose leader is not ready yet can reject a producer's first batch and accept the second. The first
        // batch is then rejected permanently.
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, settings.linger().toMillis());
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(producer);
        return producer;
    }

    /**
     * Feeds all events unless stopped; returns when Kafka has acknowledged them. Blocks for at most ten minutes while a
     * cluster is unavailable.
     *
     * @throws FeedException if delivery of a record fails, or an event belongs to a data center without a cluster
     * @throws InterruptException if the thread is interrupted
     */
    public FeedTotals feed(Feed feed) {
        begin(feed);
        Pace pace = new Pace(settings.eventsPerSecond(), System.nanoTime());
        while (!stopped && feed.hasNext()) {
            if (!awaitTurn(pace, feed)) {
                break;
            }
            if (send(feed.next())) {
                pace.sent(System.nanoTime());
            }
            if (read % EVENTS_PER_SNAPSHOT == 0) {
                snapshot();
            }
            if (settings.beacons().basis() == BeaconCadence.Basis.EVENT_TIME) {
                sendBeaconsIfDue(greatestTimeMs, settings.beacons().every().toMillis(), feed);
            }
        }
        flush();
        return totals;
    }

    private void begin(Feed feed) {
        if (fronts.isEmpty()) {
            throw new IllegalStateException("feeding " + feed.name() + ": start has not been called");
        }
        read = 0;
        feedHash = FeedHeader.hash(feed);
        lastBeaconAt = Long.MIN_VALUE;
        if (settings.continuation() == Continuation.CONTINUE) {
            fronts.forEach((dc, front) -> front.continueAfter(FedSoFar.read(dc, settings, feedHash)));
        }
    }

    /** Waits until the next event is due and sends the beacons that are due before it; false if it was stopped. */
    private boolean awaitTurn(Pace pace, Feed feed) {
        while (!stopped) {
            throwFailure();
            long now = System.nanoTime();
            if (settings.beacons().basis() == BeaconCadence.Basis.CLOCK) {
                sendBeaconsIfDue(now, settings.beacons().every().toNanos(), feed);
            }
            long waitNanos = Math.max(pace.nanosUntilDue(now), nanosUntil(feed.dueMs()));
            if (waitNanos <= 0) {
                return true;
            }
            snapshot();
            LockSupport.parkNanos(this, Math.min(waitNanos, LONGEST_PARK_NANOS));
            if (Thread.interrupted()) {
                throw new InterruptException("interrupted while feeding " + feed.name());
            }
        }
        return false;
    }

    private static long nanosUntil(long dueMs) {
        return dueMs == Feed.NOW ? 0 : (dueMs - System.currentTimeMillis()) * NANOS_PER_MS;
    }

    /** Returns false if the topic already contains the event. */
    private boolean send(FeedEvent event) {
        FrontProducer front = fronts.get(event.dc());
        if (front == null) {
            throw new FeedException("feeding a " + event.type() + " of data center " + event.dc() + ": expected one of "
                    + fronts.keySet());
        }
        read++;
        long clockMs = System.currentTimeMillis();
        if (event.timeMs() > greatestTimeMs
                && event.timeMs() - clockMs <= settings.farFuture().toMillis()) {
            greatestTimeMs = event.timeMs();
        }
        if (route.isPresent() && route.get().takes(event)) {
            route.get().send(event);
            sent++;
            return true;
        }
        byte[] key = FrontProducer.key(event);
        if (front.isThere(event.type(), key, read)) {
            alreadyThere++;
            return false;
        }
        byte[] value = encoder.encodeWithHeader(
                event.event(), schemaIdByType[event.type().ordinal()]);
        front.send(event.type(), key, value, clockMs, header(read), acknowledged);
        sent++;
        return true;
    }

    private Header header(long eventsRead) {
        return settings.continuation() == Continuation.CONTINUE
                ? new FeedHeader(feedHash, eventsRead).toHeader()
                : null;
    }

    private void sendBeaconsIfDue(long now, long every, Feed feed) {
        if (lastBeaconAt != Long.MIN_VALUE && now - lastBeaconAt < every) {
            return;
        }
        long horizonMs =
                Math.min(feed.horizonMs(), route.map(EventRoute::horizonMs).orElse(Long.MAX_VALUE));
        long allowedMs = settings.allowedDisorder().toMillis();
        long promisedMs = horizonMs > Long.MAX_VALUE - allowedMs ? Long.MAX_VALUE : horizonMs + allowedMs;
        long timeMs = Math.min(greatestTimeMs, promisedMs);
        if (timeMs > 0) {
            lastBeaconAt = now;
            sendBeacons(timeMs);
        }
    }

    private void sendBeacons(long timeMs) {
        long recordMs = System.currentTimeMillis();
        for (Beacons.Addressed beacon : Beacons.all(fronts.keySet(), settings.partitions(), timeMs)) {
            byte[] value = encoder.encodeWithHeader(beacon.beacon(), beaconSchemaId);
            FrontProducer front = fronts.get(beacon.dc());
            // While existing events are skipped, a beacon must not reset the partition's count.
            Header header = header(Math.max(read, front.fed(beacon.type(), beacon.partition())));
            front.send(beacon.type(), beacon.partition(), null, value, recordMs, header, acknowledged);
            beaconsSent++;
        }
    }

    /**
     * Ends the input: beacons into every light topic-partition, the last one stamped with the greatest event time fed
     * plus the span, so that all timers up to then fire. Earlier producers of the topics no longer hold the watermark.
     * Feed nothing after it. Does nothing if no event has been fed.
     *
     * @param span must end within the group's {@code join.beaconFarFuture}
     */
    public void sendClosingBeacons(Duration span) {
        if (greatestTimeMs > 0) {
            route.ifPresent(EventRoute::flush);
            for (long timeMs : ProducerClocks.closing(Math.addExact(greatestTimeMs, span.toMillis()))) {
                if (timeMs > 0) {
                    sendBeacons(timeMs);
                }
            }
        }
        flush();
    }

    private void flush() {
        route.ifPresent(EventRoute::flush);
        producers.forEach(Producer::flush);
        throwFailure();
        snapshot();
    }

    private void acknowledged(RecordMetadata metadata, Exception error) {
        if (error != null) {
            failure.compareAndSet(
                    null,
                    new FeedException(
                            "feeding " + metadata.topic() + "-" + metadata.partition()
                                    + ": expected an acknowledgement, found " + error
                                    + "; the feed can be continued once the cluster takes records again",
                            error));
        }
    }

    private void throwFailure() {
        FeedException failed = failure.get();
        if (failed != null) {
            throw new FeedException(failed.getMessage(), failed.getCause());
        }
    }

    private void snapshot() {
        totals = new FeedTotals(read, sent, alreadyThere, beaconsSent, greatestTimeMs);
    }

    /** Makes {@link #feed} return soon. */
    public void stop() {
        stopped = true;
    }

    /** How far it has come; at most some hundred events behind. */
    public FeedTotals totals() {
        return totals;
    }

    /** Sends buffered records, waits for them up to the cluster's timeout, and disconnects. */
    @Override
    public void close() {
        producers.forEach(Producer::close);
        producers.clear();
        fronts.clear();
    }
}
