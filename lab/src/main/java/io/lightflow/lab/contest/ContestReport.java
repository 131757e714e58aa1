package io.lightflow.lab.contest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The results of a contest. The names are those in the JSON, which omits what was not measured.
 *
 * @param rate events per second; null if the events were drained
 * @param runs in the order in which they took place
 * @param medians by contestant, Lightflow first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ContestReport(Integer rate, int rounds, List<RunResult> runs, Map<String, Medians> medians) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * The medians of a contestant's runs.
     *
     * @param timesLightflow its rate divided by Lightflow's
     * @param peakRssMb of the contestant's processes
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Medians(
            Double eventsPerSecond,
            Double timesLightflow,
            Map<String, Double> cpuSecondsPerMillion,
            Map<String, Double> coresUsed,
            Map<String, Double> latencyP50Ms,
            Map<String, Double> latencyP99Ms,
            double peakRssMb) {}

    ContestReport(Integer rate, int rounds, List<RunResult> runs) {
        this(rate, rounds, List.copyOf(runs), medians(runs));
    }

    private static Map<String, Medians> medians(List<RunResult> runs) {
        Map<String, Medians> medians = new LinkedHashMap<>();
        Double lightflow = null;
        for (String contestant :
                runs.stream().map(RunResult::contestant).distinct().toList()) {
            List<RunResult> own = runs.stream()
                    .filter(run -> run.contestant().equals(contestant))
                    .toList();
            boolean drained = own.get(0).eventsPerSecond() != null;
            Double eventsPerSecond = drained ? (Double) median(own, RunResult::eventsPerSecond) : null;
            if (lightflow == null) {
                lightflow = eventsPerSecond;
            }
            medians.put(
                    contestant,
                    new Medians(
                            eventsPerSecond,
                            drained ? (Double) (Math.round(eventsPerSecond / lightflow * 100) / 100.0) : null,
                            drained
                                    ? byPart(own, (run, part) -> run.cpuSecondsPerMillion()
                                            .get(part))
                                    : null,
                            drained
                                    ? null
                                    : byPart(own, (run, part) -> run.coresUsed().get(part)),
                            drained ? null : latency(own, Percentiles::p50),
                            drained ? null : latency(own, Percentiles::p99),
                            median(own, run -> run.peakRssMb().get(Part.CONTESTANT.key()))));
        }
        return medians;
    }

    private interface PartFigure {
        double of(RunResult run, String part);
    }

    private static Map<String, Double> byPart(List<RunResult> runs, PartFigure figure) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (Part part : Part.values()) {
            medians.put(part.key(), median(runs, run -> figure.of(run, part.key())));
        }
        return medians;
    }

    private static Map<String, Double> latency(List<RunResult> runs, ToDoubleFunction<Percentiles> percentile) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String target : runs.get(0).latencyMs().keySet()) {
            medians.put(
                    target,
                    median(runs, run -> percentile.applyAsDouble(run.latencyMs().get(target))));
        }
        return medians;
    }

    private static double median(List<RunResult> runs, ToDoubleFunction<RunResult> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Whether the outputs of all runs are those of the independent answer. */
    @JsonIgnore
    public boolean isExact() {
        return runs.stream().allMatch(RunResult::isExact);
    }

    /** The medians as a table. */
    public String table() {
        return ContestTable.of(this);
    }

    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writeValueAsString(this) + System.lineSeparator());
    }
}
