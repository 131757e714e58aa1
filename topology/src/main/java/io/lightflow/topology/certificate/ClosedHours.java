package io.lightflow.topology.certificate;

import io.lightflow.position.Position;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Tells which hours are closed: every shard's watermark has passed their end, in the join and in the statistics. */
public final class ClosedHours {
    /** Beacons move a watermark every second; without them it may stand still. */
    private static final Duration WATERMARK_MOVE_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration WATERMARK_POLL_INTERVAL = Duration.ofMillis(200);

    private ClosedHours() {}

    /**
     * The beginning of the newest closed hour.
     *
     * @param positions of all shards of each topology
     * @throws HourNotClosedException if there is none
     */
    public static Instant newest(String group, List<Map<Integer, Position>> positions) {
        long least = positions.stream()
                .flatMap(topology -> topology.values().stream())
                .mapToLong(Position::watermark)
                .min()
                .orElse(Position.NO_TIME);
        if (least == Position.NO_TIME) {
            throw new HourNotClosedException(
                    "no hour is closed yet: not every shard of group " + group + " has a watermark");
        }
        return Instant.ofEpochMilli(least).truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);
    }

    /**
     * Requires that a topology has closed an hour.
     *
     * @throws HourNotClosedException if it has not
     */
    public static void require(Instant hour, TopologyDescriptor topology, Map<Integer, Position> positions) {
        long end = hour.toEpochMilli() + Statistics.HOUR_MS;
        positions.forEach((shard, position) -> {
            if (position.watermark() < end) {
                throw new HourNotClosedException("the hour " + hour + " is not closed yet: shard " + shard + " of "
                        + topology.name()
                        + (position.watermark() == Position.NO_TIME
                                ? " has no watermark"
                                : " has come to " + Instant.ofEpochMilli(position.watermark()))
                        + ", and must be past " + Instant.ofEpochMilli(end));
            }
        });
    }

    /**
     * Positions with greater watermarks than the given ones, so that everything that waited only for the next watermark
     * is decided. A watermark that stands still is taken as it is.
     */
    public static Map<Integer, Position> afterTimers(ShardPositions joins, Map<Integer, Position> before) {
        long deadline = System.nanoTime() + WATERMARK_MOVE_TIMEOUT.toNanos();
        while (true) {
            Map<Integer, Position> now = joins.read(before.keySet());
            boolean moved = now.entrySet().stream()
                    .allMatch(shard -> shard.getValue().watermark()
                            > before.get(shard.getKey()).watermark());
            if (moved || System.nanoTime() - deadline > 0) {
                return now;
            }
            HourFollower.pause(WATERMARK_POLL_INTERVAL);
        }
    }
}
