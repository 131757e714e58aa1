package io.lightflow.protocol;

import io.lightflow.event.Origin;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.store.EventCell;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Disables the ghost rule for the real step. Its cells get an origin in a special topic, which the position given to
 * the step has always read.
 */
final class AllVisible {
    private static final String TOPIC = "all-visible";
    private static final int INCARNATION = -1;
    private static final int ORIGIN_BYTES = 12;

    private AllVisible() {}

    static Position position(Position position) {
        SortedMap<String, TopicPosition> topics = new TreeMap<>(position.topics());
        topics.put(TOPIC, new TopicPosition(List.of(new Incarnation(INCARNATION, 1)), Position.NO_TIME));
        return position.withTopics(topics);
    }

    static Position without(Position position) {
        SortedMap<String, TopicPosition> topics = new TreeMap<>(position.topics());
        topics.remove(TOPIC);
        return position.withTopics(topics);
    }

    static byte[] key(byte[] key) {
        byte[] visible = key.clone();
        ByteBuffer.wrap(visible).putInt(key.length - ORIGIN_BYTES, INCARNATION).putLong(key.length - Long.BYTES, 0);
        return visible;
    }

    static EventCell event(EventCell cell) {
        return new EventCell(
                cell.type(),
                cell.joinKey(),
                cell.id(),
                cell.time(),
                cell.takeover(),
                cell.seenAt(),
                new Origin(INCARNATION, 0),
                cell.value());
    }
}
