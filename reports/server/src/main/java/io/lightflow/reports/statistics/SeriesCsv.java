package io.lightflow.reports.statistics;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A series as comma-separated values after RFC 4180, with a line of names. */
final class SeriesCsv {
    /** Spreadsheets execute a cell that starts with one of these. */
    private static final String FORMULA_STARTS = "=+-@\t\r";

    private SeriesCsv() {}

    static byte[] bytes(List<SeriesColumn> columns, List<SeriesRow> rows) {
        StringWriter text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().build(text)) {
            csv.writeRecord(columns.stream().map(SeriesColumn::name).toList());
            for (SeriesRow row : rows) {
                csv.writeRecord(columns.stream()
                        .map(column -> text(column.value().apply(row)))
                        .toList());
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
