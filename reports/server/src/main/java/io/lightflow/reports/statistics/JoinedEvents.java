package io.lightflow.reports.statistics;

import io.lightflow.event.EventType;
import io.lightflow.statistics.Dimension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The joined events of one type, as a table of all groups in DuckDB's SQL. Everything that a request sent is a literal.
 *
 * <p>It counts what {@link io.lightflow.statistics.JoinedEventDecoder} counts, by the same dimensions.
 */
enum JoinedEvents {
    IMPRESSIONS("impression", "provenance.origin.topic", "impression.ip", "true"),
    CLICKS("click", "impressionOrigin.topic", "click.ip", "true"),
    /** Nobody knows the campaign of unattributed ones. */
    CONVERSIONS("conversion", "impressionOrigin.topic", "coalesce(click.ip, impression.ip)", "attribution <> 'NONE'");

    private final String event;
    private final String impressionTopic;
    private final String address;
    private final String counted;

    /**
     * @param event the column of the event
     * @param impressionTopic the topic of its impression
     * @param counted condition on the events that the statistics count
     */
    JoinedEvents(String event, String impressionTopic, String address, String counted) {
        this.event = event;
        this.impressionTopic = impressionTopic;
        this.address = address;
        this.counted = counted;
    }

    /** Their number. */
    Measure measure() {
        return Measure.valueOf(name());
    }

    /** {@code FROM table WHERE filter}. */
    String from(EventFilter filter) {
        List<String> conditions = new ArrayList<>(List.of(counted));
        filter.fields().forEach((field, values) -> conditions.add(isOneOf(expression(field), values)));
        filter.dimensions().values().forEach((dimension, values) -> conditions.add(condition(dimension, values)));
        return " FROM all_groups.joined_" + event + "s WHERE " + String.join(" AND ", conditions);
    }

    private String expression(EventField field) {
        return switch (field) {
            case USER -> "join_key";
            case ADDRESS -> address;
        };
    }

    private String condition(Dimension dimension, Set<String> values) {
        return dimension == Dimension.DATA_CENTER
                ? isOneOf(
                        impressionTopic,
                        values.stream().map(EventType.IMPRESSION::centralTopic).toList())
                : isOneOf(expression(dimension), values);
    }

    /** The value of a dimension other than the data center. */
    String expression(Dimension dimension) {
        return dimension == Dimension.CURRENCY && this != IMPRESSIONS
                ? "CASE WHEN " + event + ".currency = '' THEN impression.currency ELSE " + event + ".currency END"
                : dimension.field();
    }

    /** Events that were archived before a field existed lack it, and have an empty value in the statistics. */
    private static String isOneOf(String expression, Collection<String> values) {
        return (values.contains("") ? "coalesce(" + expression + ", '')" : expression)
                + values.stream().map(JoinedEvents::literal).collect(Collectors.joining(", ", " IN (", ")"));
    }

    private static String literal(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** The amount that an event adds to a measure, by the events that add anything. */
    private static Map<JoinedEvents, String> amounts(Measure measure) {
        return switch (measure) {
            case IMPRESSIONS, INVALID_IMPRESSIONS -> Map.of(IMPRESSIONS, "1");
            case CLICKS, INVALID_CLICKS -> Map.of(CLICKS, "1");
            case CONVERSIONS, INVALID_CONVERSIONS -> Map.of(CONVERSIONS, "1");
            case SPEND_MICROS -> Map.of(IMPRESSIONS, "impression.priceMicros", CLICKS, "click.priceMicros");
            case REVENUE_MICROS -> Map.of(CONVERSIONS, "conversion.revenueMicros");
        };
    }

    private static String validity(Measure measure) {
        return switch (measure) {
            case INVALID_IMPRESSIONS, INVALID_CLICKS, INVALID_CONVERSIONS -> "";
            default -> "NOT ";
        };
    }

    /**
     * {@code SELECT the dimensions, amount}: sums of a measure by dimensions. Amounts are strings, since sums exceed
     * the numbers of JSON.
     */
    static String sums(Measure measure, List<Dimension> by, EventFilter filter) {
        String names = by.stream().map(Dimension::column).collect(Collectors.joining(", "));
        return amounts(measure).entrySet().stream()
                .map(source -> "SELECT "
                        + by.stream()
                                .map(dimension ->
                                        source.getKey().expression(dimension) + " AS " + dimension.column() + ", ")
                                .collect(Collectors.joining())
                        + source.getValue() + " AS amount" + source.getKey().from(filter) + " AND "
                        + validity(measure) + "provenance.invalid")
                .sorted()
                .collect(Collectors.joining(
                        " UNION ALL ",
                        "SELECT " + names + ", CAST(sum(amount) AS VARCHAR) AS amount FROM (",
                        ") GROUP BY " + names + " HAVING sum(amount) <> 0"));
    }
}
