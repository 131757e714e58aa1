package io.lightflow.reports.statistics;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Rows as comma-separated values after RFC 4180, with a line of names. */
final class SeriesCsv {
    static final String FORMAT = "csv";
    static final String CONTENT_TYPE = "text/csv; charset=utf-8";

    /** Spreadsheets execute a cell that starts with one of these. */
    private static final String FORMULA_STARTS = "=+-@\t\r";

    private SeriesCsv() {}

    static byte[] ofSeries(List<SeriesColumn> columns, List<SeriesRow> rows) {
        return bytes(
                columns.stream().map(SeriesColumn::name).toList(),
                rows.stream()
                        .map(row -> columns.stream()
                                .map(column -> column.value().apply(row))
                                .toList())
                        .toList());
    }

    /** @param rows a value for each name */
    static byte[] bytes(List<String> names, List<List<Object>> rows) {
        StringWriter text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().build(text)) {
            csv.writeRecord(names);
            for (List<Object> row : rows) {
                csv.writeRecord(row.stream().map(SeriesCsv::text).toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory refuses to be written", e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** An apostrophe keeps a string from being a formula. Numbers are never formulas. */
    private static String text(Object value) {
        if (value instanceof String text && !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0) {
            return "'" + text;
        }
        return value == null ? "" : value.toString();
    }
}
