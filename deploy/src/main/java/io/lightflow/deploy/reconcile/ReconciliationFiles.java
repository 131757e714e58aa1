package io.lightflow.deploy.reconcile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/** Writes reconciliations for programs. A reader of a file sees either the former one or the whole new one. */
final class ReconciliationFiles {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));

    private ReconciliationFiles() {}

    /** JSON. */
    static void writeReport(Path file, Reconciliation result) {
        try {
            write(file, JSON.writeValueAsBytes(result));
        } catch (IOException e) {
            throw new UncheckedIOException("the report " + file + " cannot be written", e);
        }
    }

    /** The text format of Prometheus, as the textfile collector of its node_exporter takes it. */
    static void writeMetrics(Path file, Reconciliation result) {
        try {
            write(file, metrics(result).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the metrics " + file + " cannot be written", e);
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path target = file.toAbsolutePath();
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Files.write(fresh, content);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String metrics(Reconciliation result) {
        String group = "group=\"" + result.group() + "\"";
        StringBuilder output = new StringBuilder();
        gauge(output, "equal", "1 if all outputs tell the same about the hour.");
        sample(output, "equal", group, result.equal() ? 1 : 0);
        gauge(output, "hour_timestamp_seconds", "Beginning of the hour, in seconds since the Unix epoch.");
        sample(output, "hour_timestamp_seconds", group, result.hour().getEpochSecond());
        gauge(output, "made_timestamp_seconds", "When it was compared, in seconds since the Unix epoch.");
        sample(output, "made_timestamp_seconds", group, result.made().getEpochSecond());
        gauge(output, "differences", "Records and rows that differ.");
        sample(output, "differences", group, result.differenceCount());
        gauge(output, "rows", "Rows of the hour in the tables of the archive.");
        for (TableComparison.Result table : result.tables()) {
            sample(
                    output,
                    "rows",
                    group + ",table=\"" + table.table() + "\"",
                    table.archive().rows() + table.notCompared());
        }
        return output.toString();
    }

    private static void gauge(StringBuilder output, String name, String help) {
        output.append("# HELP lightflow_reconciliation_")
                .append(name)
                .append(' ')
                .append(help);
        output.append("\n# TYPE lightflow_reconciliation_").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder output, String name, String labels, long value) {
        output.append("lightflow_reconciliation_").append(name).append('{').append(labels);
        output.append("} ").append(value).append('\n');
    }
}
