package io.lightflow.lab.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lightflow.lab.up.StoreFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The results of a bench. The names are those in the JSON, which omits what was not measured.
 *
 * @param events number of light events
 * @param drainSeconds from the first poll of the join to the last commit in PostgreSQL
 * @param cpuSecondsPerMillion per million events, by part
 * @param peakRssMb of all processes together
 * @param latencyMs from producing a click to its committed joined event and to its row in PostgreSQL
 * @param startSeconds from submitting the topologies to the first poll of the join
 * @param live what the join store held before
 * @param store figures of Aerospike
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record BenchReport(
        long events,
        Long drainEventsPerSecond,
        Double drainSeconds,
        Map<String, Double> cpuSecondsPerMillion,
        Map<String, Long> peakRssMbByPart,
        long peakRssMb,
        Long minuteRows,
        Map<String, Percentiles> latencyMs,
        Double startSeconds,
        LiveImpressions.Filled live,
        StoreFigures store) {

    /** In ms. */
    record Percentiles(long p50, long p95, long p99, long samples) {}

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    String toJson() throws IOException {
        return JSON.writeValueAsString(this);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, toJson() + System.lineSeparator());
    }
}
