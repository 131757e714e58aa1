package io.lightflow.producer;

import io.lightflow.registry.client.RegistryClientSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How an ad server sends light events.
 *
 * @param dc the data center, as it is called in the settings of its group
 * @param bootstrapServers of the data center's own Kafka, {@code host:port,...}
 * @param partitions of each of its light topics, the same in every data center: 1 to 32,768. A topic that has another
 *     number is not sent to
 * @param whenAway what becomes of events while Kafka is away
 * @param bufferBytes memory for events on their way, 1 MiB or more
 * @param linger how long an event may wait for others to share its request
 * @param farFuture an event that is stamped further than this beyond the clock is refused; the platform's
 *     {@code join.farFuture}
 * @param beacons who sends them
 * @param closeTimeout how long {@code close} waits for acknowledgements
 * @param registry where the schemas are registered; if empty they are not
 * @param kafka further settings of Kafka's producer, such as for TLS; those that the guarantees rest on are refused
 */
public record LightEventsSettings(
        String dc,
        String bootstrapServers,
        int partitions,
        WhenAway whenAway,
        long bufferBytes,
        Duration linger,
        Duration farFuture,
        Beacons beacons,
        Duration closeTimeout,
        Optional<RegistryClientSettings> registry,
        Map<String, String> kafka) {

    public LightEventsSettings {
        requireText("dc", dc);
        requireText("bootstrapServers", bootstrapServers);
        Objects.requireNonNull(whenAway, "whenAway");
        Objects.requireNonNull(beacons, "beacons");
        Objects.requireNonNull(registry, "registry");
        kafka = Map.copyOf(kafka);
        if (partitions < 1 || partitions > EventId.MOST_SHARDS) {
            throw new IllegalArgumentException(
                    "partitions: expected 1 to " + EventId.MOST_SHARDS + ", found " + partitions);
        }
        if (bufferBytes < 1 << 20) {
            throw new IllegalArgumentException("bufferBytes: expected 1048576 (1 MiB) or more, found " + bufferBytes);
        }
        requireNotNegative("linger", linger);
        requireNotNegative("farFuture", farFuture);
        requireNotNegative("closeTimeout", closeTimeout);
        KafkaConfig.requireHarmless(kafka);
    }

    /**
     * Blocks for up to 1 s while Kafka is away; 32 MiB of memory, 5 ms of linger, 1 h of far future, a beacon every
     * second, 10 s to close, no registry.
     */
    public static LightEventsSettings of(String dc, String bootstrapServers, int partitions) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                new WhenAway.Block(Duration.ofSeconds(1)),
                32L << 20,
                Duration.ofMillis(5),
                Duration.ofHours(1),
                Beacons.EVERY_SECOND,
                Duration.ofSeconds(10),
                Optional.empty(),
                Map.of());
    }

    public LightEventsSettings with(WhenAway policy) {
        return changed(draft -> draft.whenAway = policy);
    }

    public LightEventsSettings with(Beacons who) {
        return changed(draft -> draft.beacons = who);
    }

    public LightEventsSettings withBufferBytes(long bytes) {
        return changed(draft -> draft.bufferBytes = bytes);
    }

    public LightEventsSettings withLinger(Duration time) {
        return changed(draft -> draft.linger = time);
    }

    public LightEventsSettings withFarFuture(Duration span) {
        return changed(draft -> draft.farFuture = span);
    }

    public LightEventsSettings withCloseTimeout(Duration timeout) {
        return changed(draft -> draft.closeTimeout = timeout);
    }

    public LightEventsSettings with(RegistryClientSettings where) {
        return changed(draft -> draft.registry = Optional.of(where));
    }

    public LightEventsSettings withKafka(Map<String, String> properties) {
        return changed(draft -> draft.kafka = properties);
    }

    private LightEventsSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** The same, while something of it is changed. */
    private static final class Draft {
        String dc;
        String bootstrapServers;
        int partitions;
        WhenAway whenAway;
        long bufferBytes;
        Duration linger;
        Duration farFuture;
        Beacons beacons;
        Duration closeTimeout;
        Optional<RegistryClientSettings> registry;
        Map<String, String> kafka;

        Draft(LightEventsSettings settings) {
            dc = settings.dc();
            bootstrapServers = settings.bootstrapServers();
            partitions = settings.partitions();
            whenAway = settings.whenAway();
            bufferBytes = settings.bufferBytes();
            linger = settings.linger();
            farFuture = settings.farFuture();
            beacons = settings.beacons();
            closeTimeout = settings.closeTimeout();
            registry = settings.registry();
            kafka = settings.kafka();
        }

        LightEventsSettings done() {
            return new LightEventsSettings(
                    dc,
                    bootstrapServers,
                    partitions,
                    whenAway,
                    bufferBytes,
                    linger,
                    farFuture,
                    beacons,
                    closeTimeout,
                    registry,
                    kafka);
        }
    }

    /** Leaves out the values of Kafka's settings, which may be passwords. */
    @Override
    public String toString() {
        return "LightEventsSettings[dc=" + dc + ", bootstrapServers=" + bootstrapServers + ", partitions=" + partitions
                + ", whenAway=" + whenAway + ", bufferBytes=" + bufferBytes + ", linger=" + linger + ", farFuture="
                + farFuture + ", beacons=" + beacons + ", closeTimeout=" + closeTimeout + ", registry="
                + registry.map(RegistryClientSettings::urls) + ", kafka=" + kafka.keySet() + "]";
    }

    private static void requireText(String name, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + ": expected a text, found none");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + ": expected no negative duration, found " + value);
        }
    }
}
