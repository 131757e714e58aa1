package io.lightflow.position;

import java.util.ArrayList;
import java.util.List;

/**
 * The progress in one topic-partition, for each incarnation of its topic.
 *
 * @param incarnations in the order of their last read; the last one is current
 * @param maxTime greatest event time that was read, ms since the Unix epoch; {@link Position#NO_TIME} before the first
 * @param clocks what the beacons told of their producers
 */
public record TopicPosition(List<Incarnation> incarnations, long maxTime, ProducerClocks clocks) {

    /**
     * @param id first 32 bits of the Kafka topic id
     * @param nextOffset offset after the last one that was read
     * @param leaderEpoch epoch of the partition's leader that wrote the record before it; {@link #NO_EPOCH} if unknown.
     *     Kafka uses it to tell whether the log was cut off and filled again
     */
    public record Incarnation(int id, long nextOffset, int leaderEpoch) {
        public static final int NO_EPOCH = -1;

        /** An incarnation whose leader epoch is unknown. */
        public Incarnation(int id, long nextOffset) {
            this(id, nextOffset, NO_EPOCH);
        }

        public Incarnation {
            if (nextOffset < 0) {
                throw new IllegalArgumentException("expected an offset of 0 or more, found " + nextOffset);
            }
        }
    }

    public TopicPosition {
        incarnations = List.copyOf(incarnations);
        if (incarnations.isEmpty()) {
            throw new IllegalArgumentException("expected a topic position with at least one incarnation, found none");
        }
    }

    /** A position without beacons that name their producer. */
    public TopicPosition(List<Incarnation> incarnations, long maxTime) {
        this(incarnations, maxTime, ProducerClocks.NONE);
    }

    public Incarnation current() {
        return incarnations.get(incarnations.size() - 1);
    }

    /** The progress in an incarnation; at offset 0 if it has not been read. */
    Incarnation at(int incarnation) {
        for (Incarnation each : incarnations) {
            if (each.id() == incarnation) {
                return each;
            }
        }
        return new Incarnation(incarnation, 0);
    }

    /** Returns this position moved to {@code next}, whose incarnation may be new. */
    TopicPosition movedTo(Incarnation next, long newMaxTime, ProducerClocks newClocks) {
        List<Incarnation> moved = new ArrayList<>(incarnations);
        moved.removeIf(old -> old.id() == next.id());
        moved.add(next);
        return new TopicPosition(moved, Math.max(maxTime, newMaxTime), newClocks);
    }
}
