package io.lightflow.topology.trace;

import java.time.Instant;
import java.util.List;

/**
 * What is known of an id. Text and JSON are made from this value.
 *
 * @param at when it was looked up
 * @param events the events with this id; empty if none was found. An id may belong to events of several types
 * @param notes what could not be looked up
 */
public record IdTrace(
        String id, String group, Instant at, List<EventTrace> events, SearchedSpan searched, List<String> notes) {
    public IdTrace {
        events = List.copyOf(events);
        notes = List.copyOf(notes);
    }
}
