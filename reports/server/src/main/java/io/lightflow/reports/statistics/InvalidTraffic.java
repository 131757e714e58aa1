package io.lightflow.reports.statistics;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.statistics.Dimension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code /v1/invalid_traffic}: events that rules of invalid traffic have marked, by rule and dimensions. The archive
 * answers, since the statistics count invalid events without their rules.
 */
final class InvalidTraffic {
    private static final String RULE = "rule";
    private static final Duration MAX_WINDOW = Duration.ofDays(1_100);
    private static final int MAX_TOP = 1_000;
    private static final int DEFAULT_TOP = 100;
    private static final List<String> FORMATS = List.of(SeriesDownload.JSON, SeriesCsv.FORMAT);
    private static final List<String> DEFAULT_BY =
            List.of(RULE, Dimension.CAMPAIGN.column(), Dimension.PUBLISHER.column());
    /** All that rows may be told apart by. */
    static final List<String> BY = Stream.concat(
                    Stream.of(RULE),
                    Exploration.BY.stream()
                            .filter(dimension -> dimension != Dimension.DATA_CENTER)
                            .map(Dimension::column))
            .toList();

    private final EventFigures events;

    InvalidTraffic(EventFigures events) {
        this.events = events;
    }

    private record InvalidTrafficResponse(Instant from, Instant to, List<String> by, AsOf asOf, JsonNode rows) {}

    void answer(Context context) {
        Parameters parameters = Parameters.of(context, "from", "to", "by", "filter", "top", "format");
        Window window = Window.of(parameters, MAX_WINDOW);
        List<String> by = by(parameters);
        int top = parameters.number("top", 1, MAX_TOP, DEFAULT_TOP);
        String format = parameters.oneOf("format", FORMATS).orElse(SeriesDownload.JSON);
        Filter filter = Filter.of(parameters, RequestPrincipal.of(context));
        EventFigures.Figures found =
                events.read(context, statement(by, new EventFilter(filter, Map.of()), top), window);
        if (format.equals(SeriesDownload.JSON)) {
            ReportsJson.write(
                    context, new InvalidTrafficResponse(window.from(), window.to(), by, found.asOf(), found.rows()));
        } else {
            SeriesDownload.addHeaders(context, "invalid-traffic", format, found.asOf());
            context.contentType(SeriesCsv.CONTENT_TYPE).result(csv(by, found.rows()));
        }
    }

    private static List<String> by(Parameters parameters) {
        Set<String> by = new LinkedHashSet<>();
        for (String sent : parameters.strings("by")) {
            for (String name : sent.split(",", -1)) {
                if (!BY.contains(name)) {
                    throw ProblemException.parameter(
                            "by", sent, "names with commas between them, of " + String.join(", ", BY));
                }
                by.add(name);
            }
        }
        return by.isEmpty() ? DEFAULT_BY : List.copyOf(by);
    }

    /** The groups with the most events first, and all others as one row, whose dimensions are null. */
    private static String statement(List<String> by, EventFilter filter, int top) {
        String names = String.join(", ", by);
        String shown = by.stream()
                .map(name -> "CASE WHEN place <= " + top + " THEN " + name + " END AS shown_" + name)
                .collect(Collectors.joining(", "));
        String shownNames = by.stream().map(name -> "shown_" + name).collect(Collectors.joining(", "));
        String renamed =
                by.stream().map(name -> "shown_" + name + " AS " + name).collect(Collectors.joining(", "));
        return "WITH marked AS ("
                + Arrays.stream(JoinedEvents.values())
                        .map(type -> marked(type, by, filter))
                        .collect(Collectors.joining(" UNION ALL "))
                + "), sums AS (SELECT " + names + ", shadow, sum(impressions) AS impressions, sum(clicks) AS clicks,"
                + " sum(conversions) AS conversions FROM marked GROUP BY " + names + ", shadow)"
                + ", ranked AS (SELECT *, row_number() OVER (ORDER BY impressions + clicks + conversions DESC, " + names
                + ", shadow) AS place FROM sums)"
                + ", cut AS (SELECT " + shown + ", shadow, impressions, clicks, conversions, place FROM ranked)"
                + " SELECT " + renamed
                + ", shadow, sum(impressions)::BIGINT AS impressions, sum(clicks)::BIGINT AS clicks,"
                + " sum(conversions)::BIGINT AS conversions, count(*) AS groups FROM cut GROUP BY " + shownNames
                + ", shadow ORDER BY min(place)";
    }

    private static String marked(JoinedEvents type, List<String> by, EventFilter filter) {
        return "SELECT "
                + by.stream()
                        .map(name -> expression(type, name) + " AS " + name + ", ")
                        .collect(Collectors.joining())
                + "NOT provenance.invalid AS shadow, "
                + Arrays.stream(JoinedEvents.values())
                        .map(other -> (other == type ? 1 : 0) + " AS "
                                + other.measure().column())
                        .collect(Collectors.joining(", "))
                + type.from(filter) + " AND provenance.trafficRule <> ''";
    }

    private static String expression(JoinedEvents type, String name) {
        return name.equals(RULE)
                ? "provenance.trafficRule"
                : "coalesce(" + type.expression(Dimension.ofColumn(name).orElseThrow()) + ", '')";
    }

    private static byte[] csv(List<String> by, JsonNode rows) {
        List<String> columns = new ArrayList<>(by);
        columns.addAll(List.of("shadow", "impressions", "clicks", "conversions", "groups"));
        List<List<Object>> values = new ArrayList<>();
        rows.forEach(row -> values.add(
                columns.stream().map(column -> value(row.path(column))).toList()));
        return SeriesCsv.bytes(columns, values);
    }

    private static Object value(JsonNode value) {
        return value.isTextual() ? value.asText() : value.isNull() ? "" : value;
    }
}
