package io.lightflow.reports.statistics;

import io.javalin.http.Context;
import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.service.sql.Sql;
import io.lightflow.statistics.Dimension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code /v1/campaigns/{id}/series}: all figures of a campaign, step by step. */
final class CampaignSeries {
    private static final int MAX_ROWS = 50_000;
    private static final List<Grain> GRAINS = List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY);
    /** The campaign is given, and rows are always told apart by currency. */
    static final List<Dimension> BY = Dimension.all().stream()
            .filter(dimension -> dimension != Dimension.CAMPAIGN && dimension != Dimension.CURRENCY)
            .toList();

    private final Sql replica;

    CampaignSeries(Sql replica) {
        this.replica = replica;
    }

    private record Series(List<SeriesRow> rows, AsOf asOf) {}

    private record SeriesResponse(
            String campaign,
            Instant from,
            Instant to,
            String step,
            List<String> by,
            AsOf asOf,
            List<Map<String, Object>> rows) {}

    void answer(Context context) {
        Parameters parameters = Parameters.of(context, "from", "to", "step", "by", "filter", "format");
        String campaign = Filter.text("id", context.pathParam("id"));
        Grain step = parameters
                .oneOf("step", GRAINS.stream().map(Grain::label).toList())
                .map(word -> GRAINS.stream()
                        .filter(grain -> grain.label().equals(word))
                        .findFirst()
                        .orElseThrow())
                .orElse(Grain.HOUR);
        List<Dimension> by = by(parameters);
        String format =
                parameters.oneOf("format", List.of("json", "csv", "arrow")).orElse("json");
        Window window = Window.of(parameters, longest(step));
        Filter filter = Filter.of(parameters, RequestPrincipal.of(context)).with(Dimension.CAMPAIGN, Set.of(campaign));
        Series series = read(window, step, by, filter);
        List<SeriesColumn> columns = SeriesColumn.of(by);
        if (format.equals("json")) {
            ReportsJson.write(
                    context,
                    new SeriesResponse(
                            campaign,
                            window.from(),
                            window.to(),
                            step.label(),
                            by.stream().map(Dimension::column).toList(),
                            series.asOf,
                            series.rows.stream()
                                    .map(row -> object(columns, row))
                                    .toList()));
            return;
        }
        AsOf asOf = series.asOf;
        context.header("Lightflow-Watermark", String.valueOf(asOf.watermark()))
                .header("Lightflow-Complete", Boolean.toString(asOf.complete()))
                .header("Lightflow-Behind-Ms", String.valueOf(asOf.behindMs()))
                .header("Content-Disposition", "attachment; filename=\"series." + format + "\"");
        if (format.equals("csv")) {
            context.contentType("text/csv; charset=utf-8").result(SeriesCsv.bytes(columns, series.rows));
        } else {
            context.contentType(SeriesArrow.CONTENT_TYPE).result(SeriesArrow.bytes(columns, series.rows));
        }
    }

    private static Duration longest(Grain step) {
        return switch (step) {
            case MINUTE, TEN_MINUTES -> Duration.ofHours(24);
            case HOUR -> Duration.ofDays(31);
            case DAY -> Duration.ofDays(1_100);
        };
    }

    private static List<Dimension> by(Parameters parameters) {
        Set<Dimension> by = new LinkedHashSet<>();
        for (String sent : parameters.strings("by")) {
            for (String name : Arrays.asList(sent.split(",", -1))) {
                by.add(Dimension.ofColumn(name)
                        .filter(BY::contains)
                        .orElseThrow(() -> ProblemException.parameter(
                                "by", sent, "names with commas between them, of " + CubeChoice.names(BY))));
            }
        }
        return List.copyOf(by);
    }

    private static Map<String, Object> object(List<SeriesColumn> columns, SeriesRow row) {
        Map<String, Object> object = new LinkedHashMap<>();
        columns.forEach(column -> object.put(column.name(), column.value().apply(row)));
        return object;
    }

    private Series read(Window window, Grain step, List<Dimension> by, Filter filter) {
        Set<Dimension> dimensions = EnumSet.copyOf(filter.dimensions());
        dimensions.addAll(by);
        List<StatisticsCube> cubes = CubeChoice.of(dimensions);
        List<Piece> pieces = window.pieces(GRAINS.subList(0, GRAINS.indexOf(step) + 1));
        return DatabaseSnapshot.read(replica, "read a campaign's series", (connection, snapshot) -> {
            StatisticsCube cube = snapshot.complete(window, pieces, cubes);
            List<SeriesRow> rows = rows(connection, pieces, cube, step, by, filter);
            if (rows.size() > MAX_ROWS) {
                throw new ProblemException(
                        400,
                        "too-many-rows",
                        "The answer has too many rows",
                        "at most " + MAX_ROWS + " rows are given: ask for a shorter window, a coarser step, fewer"
                                + " dimensions in by, or a filter");
            }
            return new Series(rows, snapshot.asOf(window));
        });
    }

    private static List<SeriesRow> rows(
            Connection connection,
            List<Piece> pieces,
            StatisticsCube cube,
            Grain step,
            List<Dimension> by,
            Filter filter)
            throws SQLException {
        List<String> keys = new ArrayList<>(by.stream().map(Dimension::column).toList());
        keys.add("currency");
        String key = String.join(", ", keys);
        // Summed up by numbers first: there are fewer of them, and they are cheaper to tell apart.
        List<KeyTable> needed = cube.keyTables().stream()
                .filter(table -> table == KeyTable.AD || by.stream().anyMatch(table.dimensions()::contains))
                .toList();
        String numbers = needed.stream().map(KeyTable::column).collect(Collectors.joining(", "));
        StatisticsQuery query = new StatisticsQuery(connection)
                .append("SELECT step, " + key + sums() + " FROM (SELECT date_bin('1 " + step.label()
                        + "', time, '2000-01-01 00:00+00') AS step, " + numbers + sums() + " FROM (")
                .rows(piece -> "time, " + numbers + ", " + String.join(", ", Measure.NAMES), pieces, cube, filter)
                .append(") AS parts GROUP BY step, " + numbers + ") AS sums");
        needed.forEach(table -> query.append(table.joinClause()));
        query.append(" GROUP BY step, " + key + " ORDER BY step, " + key + " LIMIT ")
                .value(MAX_ROWS + 1);
        return DatabaseSnapshot.all(connection, query, found -> row(found, keys));
    }

    private static String sums() {
        return Measure.NAMES.stream()
                .map(name -> ", sum(" + name + ") AS " + name)
                .collect(Collectors.joining());
    }

    private static SeriesRow row(ResultSet found, List<String> keys) throws SQLException {
        List<String> by = new ArrayList<>();
        for (String name : keys.subList(0, keys.size() - 1)) {
            by.add(found.getString(name));
        }
        return new SeriesRow(
                found.getObject("step", OffsetDateTime.class).toInstant(),
                by,
                found.getString("currency"),
                found.getLong("impressions"),
                found.getLong("clicks"),
                found.getLong("conversions"),
                found.getLong("invalid_impressions"),
                found.getLong("invalid_clicks"),
                found.getLong("invalid_conversions"),
                found.getBigDecimal("spend_micros").toBigIntegerExact(),
                found.getBigDecimal("revenue_micros").toBigIntegerExact());
    }
}
