package io.lightflow.topology.trace;

import java.time.Instant;
import java.util.List;

/**
 * The events with an id or of a trace, and everything that was found of them. Commands print this value as text or as
 * JSON.
 *
 * @param id the id, or the {@code traceparent}
 * @param at when it was looked up
 * @param events empty if none was found. An id may belong to events of several types
 * @param notes what could not be looked up
 */
public record IdTrace(
        String id, String group, Instant at, List<EventTrace> events, SearchedSpan searched, List<String> notes) {
    public IdTrace {
        events = List.copyOf(events);
        notes = List.copyOf(notes);
    }
}
