package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.EventType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A record of a topic, read there or in the archive.
 *
 * @param kind table that holds records of its topic
 * @param recordMs timestamp of the record, ms since the Unix epoch
 * @param joinKey null if it has none
 * @param values fields by path, such as {@code click.id}; null has no entry, and a record that does not decode has none
 * @param span the trace and the span of its header; null if it has none
 * @param archive its row; null if it is not archived
 */
record FoundRecord(
        ArchiveTable kind,
        String topic,
        int incarnation,
        int partition,
        long offset,
        long recordMs,
        String joinKey,
        Map<String, Object> values,
        EventSpan span,
        ArchivePlace archive) {
    private static final String ADVERTISER = "advertiserId";

    FoundRecord {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(topic, "topic");
        values = Map.copyOf(values);
    }

    /** The type of its light event; null for a rejected record. */
    EventType type() {
        return switch (kind) {
            case IMPRESSIONS, JOINED_IMPRESSIONS -> EventType.IMPRESSION;
            case CLICKS, JOINED_CLICKS, ORPHANS -> EventType.CLICK;
            case CONVERSIONS, JOINED_CONVERSIONS -> EventType.CONVERSION;
            case TAGS, JOINED_TAGS -> EventType.TAG;
            case REJECTED -> null;
        };
    }

    boolean isLight() {
        return kind.isLight();
    }

    /** Where the fields of its light event are, such as {@code click.}; empty in a light record. */
    static String prefix(ArchiveTable kind) {
        return switch (kind) {
            case IMPRESSIONS, CLICKS, CONVERSIONS, TAGS, REJECTED -> "";
            case JOINED_IMPRESSIONS -> "impression.";
            case JOINED_CLICKS, ORPHANS -> "click.";
            case JOINED_CONVERSIONS -> "conversion.";
            case JOINED_TAGS -> "tag.";
        };
    }

    /** The id of its light event; null if the record does not decode. */
    String id() {
        return text(prefix(kind) + "id");
    }

    /** The time of its light event; null if the record does not decode. */
    Long time() {
        return number(prefix(kind) + "time");
    }

    String text(String path) {
        return values.get(path) instanceof String text ? text : null;
    }

    Long number(String path) {
        return values.get(path) instanceof Number number ? number.longValue() : null;
    }

    boolean flag(String path) {
        return Boolean.TRUE.equals(values.get(path));
    }

    RecordPlace place() {
        return RecordPlace.of(topic, incarnation, partition, offset);
    }

    /** Whether it names this advertiser, and no other one. */
    boolean isOf(String advertiser) {
        List<Object> named = values.entrySet().stream()
                .filter(field ->
                        field.getKey().equals(ADVERTISER) || field.getKey().endsWith("." + ADVERTISER))
                .map(Map.Entry::getValue)
                .toList();
        return !named.isEmpty() && named.stream().allMatch(advertiser::equals);
    }

    /** The place at a path of {@code EventOrigin}; null if there is none. */
    RecordPlace origin(String path) {
        String name = text(path + ".topic");
        return name == null
                ? null
                : RecordPlace.of(
                        name,
                        number(path + ".incarnation").intValue(),
                        number(path + ".partition").intValue(),
                        number(path + ".offset"));
    }

    Instant recordTime() {
        return Instant.ofEpochMilli(recordMs);
    }
}
