package io.lightflow.lab.torture;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The results of a run of the stock topology. The component names are the JSON field names.
 *
 * @param source the counted topics
 * @param events number of light events fed
 * @param impressions number of impressions that must be counted
 * @param lost number of impressions missing from the counts, over all faults
 * @param doubled number of surplus impressions in the counts, over all faults
 * @param stopped how often the topology stopped for good
 * @param kinds effects by kind of fault
 * @param faults the faults in order of injection
 */
@JsonPropertyOrder({
    "seed",
    "source",
    "events",
    "impressions",
    "seconds",
    "lost",
    "doubled",
    "stopped",
    "kinds",
    "faults"
})
record StockReport(
        long seed,
        StockSource source,
        long events,
        long impressions,
        double seconds,
        long lost,
        long doubled,
        long stopped,
        Map<String, Effects> kinds,
        List<Done> faults) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * An injected fault.
     *
     * @param at seconds after the first event
     * @param seen description of the observed effect
     * @param recoverySeconds until new counts were written; null if there were none within
     *     {@link StockStage#RECOVERS_WITHIN}
     * @param lost number of lost impressions; 0 if the topology did not recover, since its result is unknown
     * @param doubled number of doubled impressions; 0 if the topology did not recover
     */
    record Done(String kind, double at, String seen, Double recoverySeconds, long lost, long doubled) {
        private static final int LONGEST_ERROR = 120;

        /** A fault from which the topology recovered. */
        static Done counted(String kind, double at, String effect, double recoverySeconds, long lost, long doubled) {
            return new Done(kind, at, effect, recoverySeconds, lost, doubled);
        }

        /**
         * A fault after which the topology stopped for good.
         *
         * @param workers number of worker processes observed
         * @param error error from the worker log; may be empty
         */
        static Done stopped(String kind, double at, String effect, int workers, String error) {
            String tried = workers > 1 ? "%d workers died one after the other".formatted(workers) : "the worker hangs";
            String reason = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) + "…" : error;
            String seen = effect + "; " + tried + (error.isEmpty() ? "" : ", `" + reason + "`");
            return new Done(kind, at, seen, null, 0, 0);
        }

        private boolean cameBack() {
            return recoverySeconds != null;
        }

        private String recovery() {
            return cameBack() ? "%.1f s".formatted(recoverySeconds) : "never";
        }

        String inWords() {
            return "%-34s %8s  lost %d, doubled %d  %s".formatted(kind, recovery(), lost, doubled, seen);
        }
    }

    /**
     * Effects of a kind of fault.
     *
     * @param stopped how often the topology stopped for good
     * @param longestRecoverySeconds longest recovery; null if the topology never recovered
     */
    record Effects(int times, long lost, long doubled, long stopped, Double longestRecoverySeconds) {
        static Effects of(List<Done> faults) {
            return new Effects(
                    faults.size(),
                    faults.stream().mapToLong(Done::lost).sum(),
                    faults.stream().mapToLong(Done::doubled).sum(),
                    faults.stream().filter(fault -> !fault.cameBack()).count(),
                    faults.stream()
                            .map(Done::recoverySeconds)
                            .filter(Objects::nonNull)
                            .max(Double::compare)
                            .orElse(null));
        }
    }

    static StockReport of(
            long seed, StockSource source, long events, long impressions, double seconds, List<Done> faults) {
        Map<String, Effects> kinds = new TreeMap<>();
        faults.stream()
                .collect(Collectors.groupingBy(Done::kind))
                .forEach((kind, each) -> kinds.put(kind, Effects.of(each)));
        Effects all = Effects.of(faults);
        return new StockReport(
                seed,
                source,
                events,
                impressions,
                TortureReport.rounded(seconds),
                all.lost(),
                all.doubled(),
                all.stopped(),
                kinds,
                List.copyOf(faults));
    }

    /** Writes the JSON, and the Markdown page beside it. */
    void write(Path json) throws IOException {
        Files.createDirectories(json.toAbsolutePath().getParent());
        Files.writeString(json, JSON.writeValueAsString(this) + System.lineSeparator());
        Files.writeString(TortureReport.page(json), toMarkdown());
    }

    String summary() {
        return "%,d impressions, %d faults: %,d lost, %,d doubled, %d times stopped for good"
                .formatted(impressions, faults.size(), lost, doubled, stopped);
    }

    /** The table of fault kinds, in Markdown that is also readable on a terminal. */
    String table() {
        int width = kinds.keySet().stream().mapToInt(String::length).max().orElse(0);
        String row = "| %-" + Math.max(width, 5) + "s | %5s | %6s | %7s | %16s | %10s |%n";
        StringBuilder table = new StringBuilder(
                row.formatted("fault", "times", "lost", "doubled", "stopped for good", "first count"));
        table.append(row.formatted("---", "--:", "--:", "--:", "--:", "--:"));
        kinds.forEach((kind, it) -> table.append(row.formatted(
                kind,
                it.times(),
                it.lost(),
                it.doubled(),
                it.stopped(),
                it.longestRecoverySeconds() == null ? "never" : "%.1f s".formatted(it.longestRecoverySeconds()))));
        return table.toString();
    }

    private String toMarkdown() {
        StringBuilder page = new StringBuilder("# A run of `lab/torture --stock`%n%n".formatted());
        page.append("%,d events in %.0f s on %d cores, `--seed %d`. %s.%n%n"
                .formatted(events, seconds, Runtime.getRuntime().availableProcessors(), seed, summary()));
        page.append("""
                Storm's `KafkaTridentSpoutTransactional` reads %s. A `TransactionalMap` counts impressions per \
                campaign and minute in PostgreSQL. After each fault the feed pauses until everything is counted. Then \
                the table is compared with the records, key by key. A topology that writes no new count within %d s, \
                while events flow, has stopped for good. It is then restarted from the beginning, with an empty table \
                and state. "First count" is the longest time from the fault to the first new count.

                """.formatted(source.inWords(), StockStage.RECOVERS_WITHIN.toSeconds()));
        page.append(table()).append("""

                ## Faults

                | at | fault | effect | first count | lost | doubled |
                | --: | --- | --- | --: | --: | --: |
                """);
        faults.forEach(fault -> page.append("| %.0f s | %s | %s | %s | %,d | %,d |%n"
                .formatted(fault.at(), fault.kind(), fault.seen(), fault.recovery(), fault.lost(), fault.doubled())));
        return page.toString();
    }
}
