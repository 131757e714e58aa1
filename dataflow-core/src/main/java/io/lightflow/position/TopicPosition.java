package io.lightflow.position;

import java.util.ArrayList;
import java.util.List;

/**
 * The progress in one topic-partition, for each incarnation of its topic.
 *
 * @param incarnations in the order of their last read; the last one is current
 * @param maxTime greatest event time that was read, ms since the Unix epoch; {@link Position#NO_TIME} before the first
 */
public record TopicPosition(List<Incarnation> incarnations, long maxTime) {

    /**
     * @param id first 32 bits of the Kafka topic id
     * @param nextOffset offset after the last one that was read
     */
    public record Incarnation(int id, long nextOffset) {
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

    public Incarnation current() {
        return incarnations.get(incarnations.size() - 1);
    }

    /** Offset to read next in an incarnation; 0 if it has not been read. */
    long nextOffset(int incarnation) {
        for (Incarnation each : incarnations) {
            if (each.id() == incarnation) {
                return each.nextOffset();
            }
        }
        return 0;
    }

    /** Returns this position moved to {@code nextOffset} of {@code incarnation}, which may be new. */
    TopicPosition movedTo(int incarnation, long nextOffset, long newMaxTime) {
        List<Incarnation> moved = new ArrayList<>(incarnations);
        moved.removeIf(old -> old.id() == incarnation);
        moved.add(new Incarnation(incarnation, nextOffset));
        return new TopicPosition(moved, Math.max(maxTime, newMaxTime));
    }
}
