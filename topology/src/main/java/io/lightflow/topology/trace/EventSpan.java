package io.lightflow.topology.trace;

import java.util.Objects;

/** The trace in which an event happened, and the span that sent it, as {@code traceparent} of its record tells. */
public record EventSpan(String traceId, String spanId) {
    public EventSpan {
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(spanId, "spanId");
    }
}
