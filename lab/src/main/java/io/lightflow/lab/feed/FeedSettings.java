package io.lightflow.lab.feed;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of feeding.
 *
 * @param bootstrapServersByDc the Kafka cluster that each data center produces to
 * @param topics names of the topics there; they must exist, with {@code partitions} partitions each
 * @param eventsPerSecond upper limit; {@link Double#POSITIVE_INFINITY} for none
 * @param allowedDisorder allowed disorder of the watermark: a beacon is never later than the oldest remaining event by
 *     more than this
 * @param farFuture an event that is stamped further than this beyond the clock does not move the beacons, since it is
 *     rejected
 * @param linger how long a record may wait for others to share its batch
 */
public record FeedSettings(
        Map<String, String> bootstrapServersByDc,
        TopicNames topics,
        int partitions,
        double eventsPerSecond,
        BeaconCadence beacons,
        Duration allowedDisorder,
        Duration farFuture,
        Duration linger,
        Continuation continuation) {

    public FeedSettings {
        bootstrapServersByDc = Map.copyOf(bootstrapServersByDc);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(beacons, "beacons");
        Objects.requireNonNull(continuation, "continuation");
        if (bootstrapServersByDc.isEmpty() || partitions < 1) {
            throw new IllegalArgumentException(
                    "feeding: expected one or more data centers and partitions, found data centers "
                            + bootstrapServersByDc.keySet() + " and " + partitions + " partitions");
        }
        if (!(eventsPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "feeding: expected a rate of more than 0 events/s, found " + eventsPerSecond);
        }
        if (allowedDisorder.isNegative() || farFuture.isNegative() || linger.isNegative()) {
            throw new IllegalArgumentException("feeding: expected durations of 0 or more, found allowed disorder "
                    + allowedDisorder + ", far future " + farFuture + ", linger " + linger);
        }
    }

    /** Feeds front clusters without a rate limit, with a beacon every second and no duplicates over restarts. */
    public static FeedSettings toFrontClusters(Map<String, String> bootstrapServersByDc, int partitions) {
        return new FeedSettings(
                bootstrapServersByDc,
                TopicNames.FRONT,
                partitions,
                Double.POSITIVE_INFINITY,
                BeaconCadence.onClock(Duration.ofSeconds(1)),
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                Duration.ofMillis(2),
                Continuation.CONTINUE);
    }

    /** Feeds a central cluster directly, in large batches. */
    public static FeedSettings toCentralCluster(Map<String, String> bootstrapServersByDc, int partitions) {
        return new FeedSettings(
                bootstrapServersByDc,
                TopicNames.CENTRAL,
                partitions,
                Double.POSITIVE_INFINITY,
                BeaconCadence.inEventTime(Duration.ofSeconds(5)),
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                Duration.ofMillis(20),
                Continuation.NONE);
    }

    public FeedSettings withTopics(TopicNames others) {
        return new FeedSettings(
                bootstrapServersByDc,
                others,
                partitions,
                eventsPerSecond,
                beacons,
                allowedDisorder,
                farFuture,
                linger,
                continuation);
    }

    public FeedSettings withRate(double otherEventsPerSecond) {
        return new FeedSettings(
                bootstrapServersByDc,
                topics,
                partitions,
                otherEventsPerSecond,
                beacons,
                allowedDisorder,
                farFuture,
                linger,
                continuation);
    }

    public FeedSettings withBeacons(BeaconCadence others) {
        return new FeedSettings(
                bootstrapServersByDc,
                topics,
                partitions,
                eventsPerSecond,
                others,
                allowedDisorder,
                farFuture,
                linger,
                continuation);
    }

    public FeedSettings withAllowedDisorder(Duration other) {
        return new FeedSettings(
                bootstrapServersByDc,
                topics,
                partitions,
                eventsPerSecond,
                beacons,
                other,
                farFuture,
                linger,
                continuation);
    }

    public FeedSettings withLinger(Duration other) {
        return new FeedSettings(
                bootstrapServersByDc,
                topics,
                partitions,
                eventsPerSecond,
                beacons,
                allowedDisorder,
                farFuture,
                other,
                continuation);
    }

    public FeedSettings withContinuation(Continuation other) {
        return new FeedSettings(
                bootstrapServersByDc,
                topics,
                partitions,
                eventsPerSecond,
                beacons,
                allowedDisorder,
                farFuture,
                linger,
                other);
    }
}
