package io.lightflow.topology.certificate;

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

/** Writes the result of an hour for programs. A reader of a file sees either the former one or the whole new one. */
public final class ResultFiles {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));

    private ResultFiles() {}

    /**
     * Writes JSON.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void writeReport(Path file, Object result) {
        try {
            write(file, JSON.writeValueAsBytes(result));
        } catch (IOException e) {
            throw new UncheckedIOException("the report " + file + " cannot be written", e);
        }
    }

    /**
     * Writes gauges for the textfile collector of Prometheus's node_exporter.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void writeMetrics(Path file, String gauges) {
        try {
            write(file, gauges.getBytes(StandardCharsets.UTF_8));
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
}
