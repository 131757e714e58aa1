package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * W3C trace context: the trace in which an event happened, and the span that sent it. It is a header of the event's
 * record and no part of the event, so the join does not read it.
 *
 * @param traceId 32 lowercase hexadecimal digits, not all of them 0
 * @param spanId 16 lowercase hexadecimal digits, not all of them 0; the standard calls it the parent's id
 * @param flags two lowercase hexadecimal digits
 */
public record TraceParent(String traceId, String spanId, String flags) {
    /** Name of the header in Kafka's records, and in HTTP. */
    public static final String HEADER = "traceparent";
    /** Length of version 00. Later versions may append more. */
    public static final int LENGTH = 55;

    private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
    private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");
    private static final Pattern FLAGS = Pattern.compile("[0-9a-f]{2}");
    private static final Pattern FORMAT =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(" + TRACE_ID + ")-(" + SPAN_ID + ")-(" + FLAGS + ")(-.*)?");
    private static final String VERSION = "00";

    public TraceParent {
        require(TRACE_ID, traceId, "a trace id of 32 lowercase hexadecimal digits, not all of them 0");
        require(SPAN_ID, spanId, "a span id of 16 lowercase hexadecimal digits, not all of them 0");
        require(FLAGS, flags, "flags of two lowercase hexadecimal digits");
    }

    private static void require(Pattern pattern, String found, String expected) {
        if (found == null || !pattern.matcher(found).matches()) {
            throw new IllegalArgumentException(HEADER + ": expected " + expected + ", found " + found);
        }
    }

    /** Reads the header; empty if it is null or not of the standard's form, and must then be ignored. */
    public static Optional<TraceParent> parse(String header) {
        if (header == null || header.length() < LENGTH) {
            return Optional.empty();
        }
        Matcher parts = FORMAT.matcher(header);
        if (!parts.matches() || parts.group(1).equals(VERSION) && header.length() > LENGTH) {
            return Optional.empty();
        }
        return Optional.of(new TraceParent(parts.group(2), parts.group(3), parts.group(4)));
    }

    /** Reads the bytes of a header, as {@link #parse(String)} does. */
    public static Optional<TraceParent> parse(byte[] header) {
        return header == null ? Optional.empty() : parse(new String(header, StandardCharsets.ISO_8859_1));
    }

    /** The header in version 00, {@link #LENGTH} bytes. */
    public byte[] toBytes() {
        return toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The header in version 00. */
    @Override
    public String toString() {
        return VERSION + "-" + traceId + "-" + spanId + "-" + flags;
    }
}
