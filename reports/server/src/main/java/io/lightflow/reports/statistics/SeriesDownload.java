package io.lightflow.reports.statistics;

import io.javalin.http.Context;
import io.lightflow.reports.statistics.DatabaseSnapshot.AsOf;
import io.lightflow.reports.statistics.SeriesReader.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The formats of a series. All have the same columns. */
final class SeriesDownload {
    static final String JSON = "json";
    static final List<String> FORMATS = List.of(JSON, SeriesCsv.FORMAT, "arrow");

    private SeriesDownload() {}

    /** The rows of JSON. */
    static List<Map<String, Object>> objects(List<SeriesColumn> columns, Series series) {
        return series.rows().stream().map(row -> object(columns, row)).toList();
    }

    private static Map<String, Object> object(List<SeriesColumn> columns, SeriesRow row) {
        Map<String, Object> object = new LinkedHashMap<>();
        columns.forEach(column -> object.put(column.name(), column.value().apply(row)));
        return object;
    }

    /**
     * Responds with a file. Headers say how complete it is.
     *
     * @param name of the file, without its ending
     * @param format csv or arrow
     */
    static void send(Context context, String name, String format, List<SeriesColumn> columns, Series series) {
        addHeaders(context, name, format, series.asOf());
        if (format.equals(SeriesCsv.FORMAT)) {
            context.contentType(SeriesCsv.CONTENT_TYPE).result(SeriesCsv.ofSeries(columns, series.rows()));
        } else {
            context.contentType(SeriesArrow.CONTENT_TYPE).result(SeriesArrow.bytes(columns, series.rows()));
        }
    }

    static void addHeaders(Context context, String name, String format, AsOf asOf) {
        context.header("Lightflow-Watermark", String.valueOf(asOf.watermark()))
                .header("Lightflow-Complete", Boolean.toString(asOf.complete()))
                .header("Lightflow-Behind-Ms", String.valueOf(asOf.behindMs()))
                .header("Content-Disposition", "attachment; filename=\"" + name + "." + format + "\"");
    }
}
