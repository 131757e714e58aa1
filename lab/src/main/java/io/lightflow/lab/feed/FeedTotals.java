package io.lightflow.lab.feed;

/**
 * The progress of feeding.
 *
 * @param read events taken from the feed
 * @param sent those of them that this run has sent to Kafka
 * @param alreadyThere those of them that an earlier run has fed
 * @param beacons sent
 * @param greatestTimeMs greatest event time among those read, ms since the Unix epoch; {@link Long#MIN_VALUE} before
 *     the first
 */
public record FeedTotals(long read, long sent, long alreadyThere, long beacons, long greatestTimeMs) {
    static final FeedTotals NONE = new FeedTotals(0, 0, 0, 0, Long.MIN_VALUE);
}
