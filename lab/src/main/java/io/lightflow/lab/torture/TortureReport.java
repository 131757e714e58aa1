package io.lightflow.lab.torture;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The results of a run. The component names are the JSON field names.
 *
 * @param store the join store
 * @param events number of light events fed
 * @param seconds from the first event to the last commit in PostgreSQL
 * @param balanced whether there are no differences
 * @param differences descriptions of the differences between the outputs and the single-threaded reference result
 * @param firstCommitSeconds times to the first commit, by kind of fault
 * @param recoverySeconds recovery times, by kind of fault
 * @param faults the faults in order of injection
 */
@JsonPropertyOrder({
    "seed",
    "store",
    "events",
    "seconds",
    "balanced",
    "differences",
    "firstCommitSeconds",
    "recoverySeconds",
    "faults"
})
record TortureReport(
        long seed,
        String store,
        long events,
        double seconds,
        boolean balanced,
        List<String> differences,
        Map<String, Recovery> firstCommitSeconds,
        Map<String, Recovery> recoverySeconds,
        List<Done> faults) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * An injected fault.
     *
     * @param at seconds after the first event
     * @param firstCommitSeconds until each disturbed topology had committed anything
     * @param recoverySeconds until every shard had committed an event fed after the fault
     */
    record Done(String kind, double at, String effect, double firstCommitSeconds, double recoverySeconds) {}

    /** Statistics over all faults of a kind. */
    record Recovery(int count, double min, double median, double max) {
        static Recovery of(List<Double> seconds) {
            List<Double> sorted = seconds.stream().sorted().toList();
            int size = sorted.size();
            double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
            return new Recovery(size, sorted.get(0), rounded(median), sorted.get(size - 1));
        }
    }

    static TortureReport of(
            long seed, String store, long events, double seconds, List<String> differences, List<Done> faults) {
        return new TortureReport(
                seed,
                store,
                events,
                rounded(seconds),
                differences.isEmpty(),
                List.copyOf(differences),
                byKind(faults, Done::firstCommitSeconds),
                byKind(faults, Done::recoverySeconds),
                List.copyOf(faults));
    }

    private static Map<String, Recovery> byKind(List<Done> faults, Function<Done, Double> seconds) {
        Map<String, Recovery> byKind = new TreeMap<>();
        faults.stream()
                .collect(Collectors.groupingBy(Done::kind, Collectors.mapping(seconds, Collectors.toList())))
                .forEach((kind, each) -> byKind.put(kind, Recovery.of(each)));
        return byKind;
    }

    static double rounded(double seconds) {
        return Math.round(seconds * 10) / 10.0;
    }

    /** Writes the JSON, and the Markdown page beside it. */
    void write(Path json) throws IOException {
        Files.createDirectories(json.toAbsolutePath().getParent());
        Files.writeString(json, JSON.writeValueAsString(this) + System.lineSeparator());
        Files.writeString(page(json), toMarkdown());
    }

    /** The path of the page: beside the JSON, with the extension {@code .md}. */
    static Path page(Path json) {
        return json.resolveSibling(json.getFileName().toString().replaceFirst("\\.json$", "") + ".md");
    }

    /** The table of fault kinds, in Markdown that is also readable on a terminal. */
    String table() {
        int width =
                recoverySeconds.keySet().stream().mapToInt(String::length).max().orElse(0);
        String row = "| %-" + Math.max(width, 5) + "s | %5s | %12s | %5s | %6s | %5s |%n";
        StringBuilder table =
                new StringBuilder(row.formatted("fault", "times", "first commit", "min", "median", "max"));
        table.append(row.formatted("---", "--:", "--:", "--:", "--:", "--:"));
        recoverySeconds.forEach((kind, recovery) -> table.append(row.formatted(
                kind,
                recovery.count(),
                firstCommitSeconds.get(kind).max(),
                recovery.min(),
                recovery.median(),
                recovery.max())));
        return table.toString();
    }

    private String toMarkdown() {
        StringBuilder page = new StringBuilder("# A run of `lab/torture`%n%n".formatted());
        page.append("%,d events in %.0f s on %d cores, the join store on %s, %d faults, `--seed %d`: **%s**.%n%n"
                .formatted(
                        events,
                        seconds,
                        Runtime.getRuntime().availableProcessors(),
                        store,
                        faults.size(),
                        seed,
                        balanced ? "no difference" : differences.size() + " differences"));
        differences.forEach(difference -> page.append("- %s%n".formatted(difference)));
        page.append("%s## Recovery%n%n".formatted(balanced ? "" : System.lineSeparator()));
        page.append("""
                Recovery lasts until every shard has committed an event fed after the fault, in seconds. "First \
                commit" is the longest time until each topology that the fault concerns has committed anything. \
                For a fault that lasts, both times begin at its end.

                """);
        page.append(table()).append("""

                ## Faults

                | at | fault | effect | first commit | recovery |
                | --: | --- | --- | --: | --: |
                """);
        faults.forEach(fault -> page.append("| %.0f s | %s | %s | %.1f s | %.1f s |%n"
                .formatted(
                        fault.at(),
                        fault.kind(),
                        fault.effect(),
                        fault.firstCommitSeconds(),
                        fault.recoverySeconds())));
        return page.toString();
    }
}
