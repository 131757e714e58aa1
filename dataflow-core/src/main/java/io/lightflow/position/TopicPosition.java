package io.lightflow.position;

import java.util.ArrayList;
import java.util.List;

/**
 * How far one topic-partition has been read, in each life that the topic has had.
 *
 * @param incarnations in the order in which they were last read; the last is the one being read
 * @param maxTime greatest event time seen, ms since the Unix epoch; {@link Position#NO_TIME} before the first
 */
public record TopicPosition(List<Incarnation> incarnations, long maxTime) {

    /**
     * @param id first 32 bits of the Kafka topic id
     * @param nextOffset offset after the last one that was read
     */
    public record Incarnation(int id, long nextOffset) {
        public Incarnation {
            if (nextOffset < 0) {
                throw new IllegalArgumentException("an offset is not negative, found " + nextOffset);
            }
        }
    }

    public TopicPosition {
        incarnations = List.copyOf(incarnations);
        if (incarnations.isEmpty()) {
            throw new IllegalArgumentException("a topic's position needs at least one incarnation");
        }
    }

    public Incarnation current() {
        return incarnations.get(incarnations.size() - 1);
    }

    /** Offset to read next in one of the topic's lives; 0 if it has not been read. */
    long nextOffset(int incarnation) {
        for (Incarnation life : incarnations) {
            if (life.id() == incarnation) {
                return life.nextOffset();
            }
        }
        return 0;
    }

    /** This position moved to {@code nextOffset} of {@code incarnation}; an unknown incarnation starts a new life. */
    TopicPosition movedTo(int incarnation, long nextOffset, long newMaxTime) {
        List<Incarnation> moved = new ArrayList<>(incarnations);
        moved.removeIf(life -> life.id() == incarnation);
        moved.add(new Incarnation(incarnation, nextOffset));
        return new TopicPosition(moved, Math.max(maxTime, newMaxTime));
    }
}
