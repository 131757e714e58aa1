package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import io.lightflow.capture.client.Visitors;
import io.lightflow.event.TraceParent;
import java.net.InetAddress;
import java.util.List;

/** A whole request, body included. */
public interface CaptureRequest {
    /** Such as {@code GET}. */
    String method();

    /** The path as it was sent, without decoding. */
    String path();

    /** The first value of a parameter in the query, or else in a form in the body; an empty string if there is none. */
    String parameter(String name);

    /** All values of a header, in their order. */
    List<String> headers(String name);

    /** The first value of a header; an empty string if there is none. */
    default String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** The trace in which the client sent it; null if it names none. */
    default TraceParent trace() {
        return TraceParent.parse(header(TraceParent.HEADER)).orElse(null);
    }

    /** The body; not to be changed. */
    byte[] body();

    /** What may be stored about the browser. */
    default Visitor visitor(Visitors visitors) {
        return visitors.of(peer(), this::headers, this::parameter);
    }

    /** The address of the connection. */
    InetAddress peer();

    /** Link checkers and prefetching browsers inspect a URL with HEAD: nothing is recorded. */
    default boolean isInspection() {
        return method().equals("HEAD");
    }
}
