package io.lightflow.reports.statistics;

import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.SeriesReader.Series;
import io.lightflow.reports.statistics.SeriesReader.TopGroups;
import io.lightflow.statistics.Dimension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /v1/explore}: all figures by any dimensions, for the largest groups and all others. */
final class Exploration {
    private static final int MAX_BY = 3;
    private static final int MAX_TOP = 1_000;
    private static final int DEFAULT_TOP = 100;
    /** Rows are always told apart by currency. */
    static final List<Dimension> BY = Dimension.all().stream()
            .filter(dimension -> dimension != Dimension.CURRENCY)
            .toList();

    private final SeriesReader reader;

    Exploration(SeriesReader reader) {
        this.reader = reader;
    }

    /** @param step null if the whole window is one step */
    private record ExplorationResponse(
            Instant from,
            Instant to,
            String step,
            List<String> by,
            String metric,
            AsOf asOf,
            List<Map<String, Object>> rows) {}

    void answer(Context context) {
        Parameters parameters =
                Parameters.of(context, "from", "to", "step", "time_zone", "by", "filter", "top", "metric", "format");
        Steps steps = Steps.of(parameters);
        List<Dimension> by = CubeChoice.by(parameters, BY);
        if (by.size() > MAX_BY) {
            throw ProblemException.parameter("by", CubeChoice.names(by), "at most " + MAX_BY + " dimensions");
        }
        TopGroups top = new TopGroups(
                parameters.number("top", 1, MAX_TOP, DEFAULT_TOP),
                Measure.named(parameters.oneOf("metric", Measure.NAMES).orElse("clicks")));
        String format = parameters.oneOf("format", SeriesDownload.FORMATS).orElse(SeriesDownload.JSON);
        Window window = Window.of(parameters, steps.longestWindow());
        Filter filter = Filter.of(parameters, RequestPrincipal.of(context));
        Series series = reader.read(new SeriesReader.Request(
                "explore the statistics",
                window,
                steps,
                by,
                filter,
                by.isEmpty() ? Optional.empty() : Optional.of(top)));
        List<SeriesColumn> columns =
                new ArrayList<>(steps.grain().isPresent() ? SeriesColumn.of(by) : SeriesColumn.withoutTime(by));
        columns.add(SeriesColumn.GROUPS);
        if (!format.equals(SeriesDownload.JSON)) {
            SeriesDownload.send(context, "explore", format, columns, series);
            return;
        }
        ReportsJson.write(
                context,
                new ExplorationResponse(
                        window.from(),
                        window.to(),
                        steps.grain().map(Grain::label).orElse(null),
                        by.stream().map(Dimension::column).toList(),
                        top.measure().column(),
                        series.asOf(),
                        SeriesDownload.objects(columns, series)));
    }
}
