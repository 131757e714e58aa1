package io.lightflow.lab.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestReportTest {
    @TempDir
    Path folder;

    private static Map<String, Double> parts(double contestant, double broker, double postgres) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("contestant", contestant);
        figures.put("broker", broker);
        figures.put("postgres", postgres);
        return figures;
    }

    private static RunResult drained(String contestant, int round, long eventsPerSecond, String... differences) {
        return new RunResult(
                contestant,
                round,
                1_000,
                eventsPerSecond,
                1000.0 / eventsPerSecond,
                500L,
                parts(27.04, 3.1, round),
                null,
                Map.of("contestant", 3_900L + round, "broker", 400L, "postgres", 300L),
                null,
                null,
                List.of(differences));
    }

    private static RunResult paced(String contestant, long toTopic, long toPostgres) {
        Map<String, Percentiles> latencies = new LinkedHashMap<>();
        latencies.put("clickToJoinedEvent", new Percentiles(toTopic, 2 * toTopic, 3 * toTopic, 100));
        latencies.put("clickToPostgres", new Percentiles(toPostgres, 2 * toPostgres, 3 * toPostgres, 100));
        return new RunResult(
                contestant,
                1,
                1_000,
                null,
                null,
                500L,
                null,
                parts(0.88, 0.3, 0.1),
                Map.of("contestant", 1_500L, "broker", 400L, "postgres", 300L),
                latencies,
                null,
                List.of());
    }

    private static RunResult killed(String contestant, int round, long joinedMs, long countedMs, long doneMs) {
        Map<String, Long> times = new LinkedHashMap<>();
        times.put("firstJoinedEvent", joinedMs);
        times.put("firstStatistics", countedMs);
        times.put("allCaughtUp", doneMs);
        return new RunResult(
                contestant,
                round,
                1_000,
                null,
                null,
                500L,
                null,
                null,
                Map.of("contestant", 1_500L, "broker", 400L, "postgres", 300L),
                null,
                times,
                List.of());
    }

    private static final ContestReport DRAINED = new ContestReport(
            null,
            3,
            List.of(
                    drained("lightflow", 1, 40_000),
                    drained("flink", 1, 20_000),
                    drained("flink", 2, 22_000),
                    drained("lightflow", 2, 60_000),
                    drained("lightflow", 3, 44_000),
                    drained("flink", 3, 30_000, "minute rows: expected 2, found 1")));

    @Test
    void ratiosAreThoseOfTheMedians() {
        assertThat(DRAINED.medians().keySet()).containsExactly("lightflow", "flink");
        assertThat(DRAINED.medians().get("lightflow").eventsPerSecond()).isEqualTo(44_000.0);
        assertThat(DRAINED.medians().get("lightflow").timesLightflow()).isEqualTo(1.0);
        assertThat(DRAINED.medians().get("flink").eventsPerSecond()).isEqualTo(22_000.0);
        assertThat(DRAINED.medians().get("flink").timesLightflow()).isCloseTo(0.5, within(1e-9));
        assertThat(DRAINED.medians().get("flink").cpuSecondsPerMillion()).containsEntry("postgres", 2.0);
        assertThat(DRAINED.medians().get("flink").peakRssMb()).isEqualTo(3_902.0);
    }

    @Test
    void oneRunThatIsNotExactMakesTheContestInexact() {
        assertThat(DRAINED.isExact()).isFalse();
        assertThat(new ContestReport(null, 1, List.of(drained("lightflow", 1, 40_000))).isExact())
                .isTrue();
    }

    @Test
    void theTableOfADrainHasARowForEachContestant() {
        assertThat(DRAINED.table().lines())
                .hasSize(4)
                .contains(
                        "| lightflow | 44,000 | 1.00 | 40,000 60,000 44,000 | 27.0, 3.1, 2.0 | 3,902 MB | exact |",
                        "| flink | 22,000 | 0.50 | 20,000 22,000 30,000 | 27.0, 3.1, 2.0 | 3,902 MB | 2 of 3 exact |");
    }

    @Test
    void theTableAtARateHasLatenciesAndCores() {
        ContestReport report = new ContestReport(5_000, 1, List.of(paced("lightflow", 60, 450)));

        assertThat(report.table().lines())
                .contains("| lightflow | 60 / 180 ms | 450 / 1,350 ms | 0.88, 0.30, 0.10 | 1,500 MB | exact |");
        assertThat(report.medians().get("lightflow").timesLightflow()).isNull();
    }

    @Test
    void theTableOfAKillHasTheTimesOfTheRecovery() {
        ContestReport report = new ContestReport(
                null,
                2,
                List.of(
                        killed("lightflow", 1, 2_900, 3_500, 20_000),
                        killed("flink", 1, 4_000, 5_000, 30_000),
                        killed("flink", 2, 5_000, 7_000, 50_000),
                        killed("lightflow", 2, 3_100, 3_700, 20_000)));

        assertThat(report.table().lines())
                .contains(
                        "| lightflow | 3.0 s | 3.6 s | 20.0 s | 20.0 s, 20.0 s | 1.00 | exact |",
                        "| flink | 4.5 s | 6.0 s | 40.0 s | 30.0 s, 50.0 s | 2.00 | exact |");
        assertThat(report.medians().get("flink").timesLightflow()).isEqualTo(2.0);
        assertThat(report.medians().get("flink").eventsPerSecond()).isNull();
    }

    @Test
    void theReportHoldsRunsAndMedians() throws Exception {
        Path file = folder.resolve("new").resolve("report.json");
        DRAINED.write(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.path("rounds").asInt()).isEqualTo(3);
        assertThat(json.has("rate")).isFalse();
        assertThat(json.path("runs").get(5).path("contestant").asText()).isEqualTo("flink");
        assertThat(json.path("runs").get(5).path("differences").get(0).asText()).startsWith("minute rows");
        assertThat(json.path("runs")
                        .get(0)
                        .path("cpuSecondsPerMillion")
                        .path("broker")
                        .asDouble())
                .isEqualTo(3.1);
        assertThat(json.path("medians").path("flink").path("timesLightflow").asDouble())
                .isEqualTo(0.5);
    }
}
