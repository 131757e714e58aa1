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
     * @param timesLightflow its rate divided by Lightflow's; with a kill its time until all is caught up divided by
     *     Lightflow's
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
            Map<String, Double> recoveryMs,
            double peakRssMb) {

        private Medians comparedWith(Medians lightflow) {
            Double ratio = null;
            if (eventsPerSecond != null) {
                ratio = ratio(eventsPerSecond, lightflow.eventsPerSecond);
            } else if (recoveryMs != null) {
                ratio = ratio(
                        recoveryMs.get(RecoveryWatch.ALL_CAUGHT_UP),
                        lightflow.recoveryMs.get(RecoveryWatch.ALL_CAUGHT_UP));
            }
            return new Medians(
                    eventsPerSecond,
                    ratio,
                    cpuSecondsPerMillion,
                    coresUsed,
                    latencyP50Ms,
                    latencyP99Ms,
                    recoveryMs,
                    peakRssMb);
        }

        private static double ratio(double own, double lightflow) {
            return Math.round(own / lightflow * 100) / 100.0;
        }
    }

    ContestReport(Integer rate, int rounds, List<RunResult> runs) {
        this(rate, rounds, List.copyOf(runs), medians(runs));
    }

    private static Map<String, Medians> medians(List<RunResult> runs) {
        Map<String, Medians> medians = new LinkedHashMap<>();
        Medians lightflow = null;
        for (String contestant :
                runs.stream().map(RunResult::contestant).distinct().toList()) {
            List<RunResult> own = runs.stream()
                    .filter(run -> run.contestant().equals(contestant))
                    .toList();
            Medians figures = mediansOf(own);
            if (lightflow == null) {
                lightflow = figures;
            }
            medians.put(contestant, figures.comparedWith(lightflow));
        }
        return medians;
    }

    /** The kind of a run decides which figures it has. */
    private static Medians mediansOf(List<RunResult> runs) {
        RunResult kind = runs.get(0);
        return new Medians(
                kind.eventsPerSecond() == null ? null : (Double) median(runs, RunResult::eventsPerSecond),
                null,
                kind.cpuSecondsPerMillion() == null
                        ? null
                        : byPart(runs, (run, part) -> run.cpuSecondsPerMillion().get(part)),
                kind.coresUsed() == null
                        ? null
                        : byPart(runs, (run, part) -> run.coresUsed().get(part)),
                kind.latencyMs() == null ? null : latency(runs, Percentiles::p50),
                kind.latencyMs() == null ? null : latency(runs, Percentiles::p99),
                kind.recoveryMs() == null ? null : recovery(runs),
                median(runs, run -> run.peakRssMb().get(Part.CONTESTANT.key())));
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

    private static Map<String, Double> recovery(List<RunResult> runs) {
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String step : runs.get(0).recoveryMs().keySet()) {
            medians.put(step, median(runs, run -> run.recoveryMs().get(step)));
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
