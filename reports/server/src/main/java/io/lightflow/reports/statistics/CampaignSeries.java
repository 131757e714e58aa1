package io.lightflow.reports.statistics;

import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.SeriesReader.Series;
import io.lightflow.statistics.Dimension;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /v1/campaigns/{id}/series}: all figures of a campaign, step by step. */
final class CampaignSeries {
    /** The campaign is given, and rows are always told apart by currency. */
    static final List<Dimension> BY = Dimension.all().stream()
            .filter(dimension -> dimension != Dimension.CAMPAIGN && dimension != Dimension.CURRENCY)
            .toList();

    private final SeriesReader reader;

    CampaignSeries(SeriesReader reader) {
        this.reader = reader;
    }

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
        Grain step = Steps.grain(parameters).orElse(Grain.HOUR);
        Steps steps = Steps.utc(step);
        List<Dimension> by = CubeChoice.by(parameters, BY);
        String format = parameters.oneOf("format", SeriesDownload.FORMATS).orElse(SeriesDownload.JSON);
        Window window = Window.of(parameters, steps.longestWindow());
        Filter filter = Filter.of(parameters, RequestPrincipal.of(context)).with(Dimension.CAMPAIGN, Set.of(campaign));
        Series series = reader.read(
                new SeriesReader.Request("read a campaign's series", window, steps, by, filter, Optional.empty()));
        List<SeriesColumn> columns = SeriesColumn.of(by);
        if (!format.equals(SeriesDownload.JSON)) {
            SeriesDownload.send(context, "series", format, columns, series);
            return;
        }
        ReportsJson.write(
                context,
                new SeriesResponse(
                        campaign,
                        window.from(),
                        window.to(),
                        step.label(),
                        by.stream().map(Dimension::column).toList(),
                        series.asOf(),
                        SeriesDownload.objects(columns, series)));
    }
}
