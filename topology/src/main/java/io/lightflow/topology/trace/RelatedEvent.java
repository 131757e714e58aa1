package io.lightflow.topology.trace;

import io.lightflow.event.EventType;
import java.time.Instant;
import java.util.Objects;

/**
 * Another event that took part in a decision.
 *
 * @param id its id
 * @param time its event time; null if the event was not found
 * @param place its light record, or its joined record; null if it was not found
 * @param text why it has this relation
 */
public record RelatedEvent(Relation relation, EventType type, String id, Instant time, RecordPlace place, String text) {

    /** What the other event is to the event. */
    public enum Relation {
        /** The impression or click that it was joined with. */
        JOINED_WITH,
        /** A candidate that another one was preferred to, or that the rules exclude. */
        LOST,
        /** A candidate that is not joined itself yet. */
        WAITS,
        /** It names this event, which was not found, or came outside the window. */
        NAMED,
        /** A click or a conversion that was joined with the event. */
        USED_BY,
        /** Another click on the same impression. */
        SAME_IMPRESSION
    }

    public RelatedEvent {
        Objects.requireNonNull(relation, "relation");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
    }
}
