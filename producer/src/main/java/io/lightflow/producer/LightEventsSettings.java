package io.lightflow.producer;

import io.lightflow.event.EventRules;
import io.lightflow.registry.client.RegistryClientSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The settings by which an ad server sends light events.
 *
 * @param dc the data center's name in the settings of its group
 * @param bootstrapServers servers of the data center's own Kafka, {@code host:port,...}
 * @param partitions partition count of each light topic, the same in every data center: 1 to 32,768. Topics with a
 *     different count receive nothing
 * @param unavailablePolicy what happens to events while Kafka is unavailable
 * @param bufferBytes memory for events in flight, 1 MiB or more
 * @param linger how long an event may wait for others that share its request
 * @param farFuture events stamped further than this ahead of the clock are rejected; the platform's
 *     {@code join.farFuture}
 * @param beacons whether this ad server sends beacons
 * @param producer name of this ad server in its beacons, at most 64 letters, digits, {@code .}, {@code _} and
 *     {@code -}. Processes with clocks or deliveries of their own need names of their own, since the watermark follows
 *     the slowest
 * @param closeTimeout how long {@code close} waits for acknowledgements
 * @param registry where the schemas are registered; if empty, they are not registered
 * @param kafka further properties of Kafka's producer, such as for TLS; those that the guarantees depend on are
 *     rejected
 */
public record LightEventsSettings(
        String dc,
        String bootstrapServers,
        int partitions,
        UnavailablePolicy unavailablePolicy,
        long bufferBytes,
        Duration linger,
        Duration farFuture,
        BeaconPolicy beacons,
        String producer,
        Duration closeTimeout,
        Optional<RegistryClientSettings> registry,
        Map<String, String> kafka) {

    public LightEventsSettings {
        requireText("dc", dc);
        requireText("bootstrapServers", bootstrapServers);
        requireText("producer", producer);
        if (!EventRules.isProducerName(producer)) {
            throw new IllegalArgumentException("producer: expected at most " + EventRules.MAX_PRODUCER_LENGTH
                    + " letters, digits, '.', '_' and '-', found " + producer);
        }
        Objects.requireNonNull(unavailablePolicy, "unavailablePolicy");
        Objects.requireNonNull(beacons, "beacons");
        Objects.requireNonNull(registry, "registry");
        kafka = Map.copyOf(kafka);
        if (partitions < 1 || partitions > EventId.MAX_SHARDS) {
            throw new IllegalArgumentException(
                    "partitions: expected 1 to " + EventId.MAX_SHARDS + ", found " + partitions);
        }
        if (bufferBytes < 1 << 20) {
            throw new IllegalArgumentException("bufferBytes: expected 1048576 (1 MiB) or more, found " + bufferBytes);
        }
        requireNotNegative("linger", linger);
        requireNotNegative("farFuture", farFuture);
        requireNotNegative("closeTimeout", closeTimeout);
        KafkaProducerConfig.requireAllowed(kafka);
    }

    /**
     * The defaults: block up to 1 s while Kafka is unavailable, 32 MiB of memory, 5 ms of linger, 1 h of far future, a
     * beacon every second with the name of this host, 10 s to close, no registry.
     */
    public static LightEventsSettings of(String dc, String bootstrapServers, int partitions) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                new UnavailablePolicy.Block(Duration.ofSeconds(1)),
                32L << 20,
                Duration.ofMillis(5),
                Duration.ofHours(1),
                BeaconPolicy.EVERY_SECOND,
                HostName.local(),
                Duration.ofSeconds(10),
                Optional.empty(),
                Map.of());
    }

    public LightEventsSettings with(UnavailablePolicy policy) {
        return changed(draft -> draft.unavailablePolicy = policy);
    }

    public LightEventsSettings with(BeaconPolicy policy) {
        return changed(draft -> draft.beacons = policy);
    }

    /** Names this ad server in its beacons; the default is the name of its host. */
    public LightEventsSettings withProducer(String name) {
        return changed(draft -> draft.producer = name);
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

    public LightEventsSettings with(RegistryClientSettings settings) {
        return changed(draft -> draft.registry = Optional.of(settings));
    }

    public LightEventsSettings withKafka(Map<String, String> properties) {
        return changed(draft -> draft.kafka = properties);
    }

    private LightEventsSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.build();
    }

    /** A mutable copy. */
    private static final class Draft {
        String dc;
        String bootstrapServers;
        int partitions;
        UnavailablePolicy unavailablePolicy;
        long bufferBytes;
        Duration linger;
        Duration farFuture;
        BeaconPolicy beacons;
        String producer;
        Duration closeTimeout;
        Optional<RegistryClientSettings> registry;
        Map<String, String> kafka;

        Draft(LightEventsSettings settings) {
            dc = settings.dc();
            bootstrapServers = settings.bootstrapServers();
            partitions = settings.partitions();
            unavailablePolicy = settings.unavailablePolicy();
            bufferBytes = settings.bufferBytes();
            linger = settings.linger();
            farFuture = settings.farFuture();
            beacons = settings.beacons();
            producer = settings.producer();
            closeTimeout = settings.closeTimeout();
            registry = settings.registry();
            kafka = settings.kafka();
        }

        LightEventsSettings build() {
            return new LightEventsSettings(
                    dc,
                    bootstrapServers,
                    partitions,
                    unavailablePolicy,
                    bufferBytes,
                    linger,
                    farFuture,
                    beacons,
                    producer,
                    closeTimeout,
                    registry,
                    kafka);
        }
    }

    /** Omits the values of Kafka's properties, which may be passwords. */
    @Override
    public String toString() {
        return "LightEventsSettings[dc=" + dc + ", bootstrapServers=" + bootstrapServers + ", partitions=" + partitions
                + ", unavailablePolicy=" + unavailablePolicy + ", bufferBytes=" + bufferBytes + ", linger=" + linger
                + ", farFuture="
                + farFuture + ", beacons=" + beacons + ", producer=" + producer + ", closeTimeout=" + closeTimeout
                + ", registry="
                + registry.map(RegistryClientSettings::urls) + ", kafka=" + kafka.keySet() + "]";
    }

    private static void requireText(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + ": expected a value, found a blank string");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + ": expected a duration of 0 or more, found " + value);
        }
    }
}
