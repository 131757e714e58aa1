package io.lightflow.producer;

import io.lightflow.registry.client.RegistryClientSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How an ad server sends light events.
 *
 * @param dc the data center, as it is called in the settings of its group
 * @param bootstrapServers of the data center's own Kafka, {@code host:port,...}
 * @param partitions of each of its light topics, the same in every data center: 1 to 32,768. A topic that has another number is not
 *     sent to
 * @param whenAway what becomes of events while Kafka is away
 * @param bufferBytes memory for events on their way, 1 MiB or more
 * @param linger how long an event may wait for others to share its request
 * @param farFuture an event that is stamped further than this beyond the clock is refused; the platform's {@code join.farFuture}
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
     * Blocks for up to 1 s while Kafka is away; 32 MiB of memory, 5 ms of linger, 1 h of far future, a beacon every second, 10 s to
     * close, no registry.
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
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                policy,
                bufferBytes,
                linger,
                farFuture,
                beacons,
                closeTimeout,
                registry,
                kafka);
    }

    public LightEventsSettings with(Beacons who) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                whenAway,
                bufferBytes,
                linger,
                farFuture,
                who,
                closeTimeout,
                registry,
                kafka);
    }

    public LightEventsSettings withBufferBytes(long bytes) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                whenAway,
                bytes,
                linger,
                farFuture,
                beacons,
                closeTimeout,
                registry,
                kafka);
    }

    public LightEventsSettings withLinger(Duration newLinger) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                whenAway,
                bufferBytes,
                newLinger,
                farFuture,
                beacons,
                closeTimeout,
                registry,
                kafka);
    }

    public LightEventsSettings withFarFuture(Duration span) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                whenAway,
                bufferBytes,
                linger,
                span,
                beacons,
                closeTimeout,
                registry,
                kafka);
    }

    public LightEventsSettings withCloseTimeout(Duration timeout) {
        return new LightEventsSettings(
                dc,
                bootstrapServers,
                partitions,
                whenAway,
                bufferBytes,
                linger,
                farFuture,
                beacons,
                timeout,
                registry,
                kafka);
    }

    public LightEventsSettings with(RegistryClientSettings newRegistry) {
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
                Optional.of(newRegistry),
                kafka);
    }

    public LightEventsSettings withKafka(Map<String, String> properties) {
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
                properties);
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
