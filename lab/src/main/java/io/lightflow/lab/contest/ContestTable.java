package io.lightflow.lab.contest;

import io.lightflow.lab.contest.ContestReport.Medians;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats the results for people, as a Markdown table. */
final class ContestTable {
    private static final String DRAIN = "| medians of %d rounds | events/s | times Lightflow | events/s by round"
            + " | CPU µs per event: own, broker, PostgreSQL | peak memory | outputs |%n"
            + "|---|--:|--:|---|--:|--:|---|%n";
    private static final String RATE = "| medians of %d rounds | click to joined, p50 / p99 | click to PostgreSQL,"
            + " p50 / p99 | cores used: own, broker, PostgreSQL | peak memory | outputs |%n"
            + "|---|--:|--:|--:|--:|---|%n";

    private static final String KILL = "| medians of %d rounds | kill to first joined event | to first statistics"
            + " | until all is caught up | by round | times Lightflow | outputs |%n"
            + "|---|--:|--:|--:|---|--:|---|%n";

    private ContestTable() {}

    static String of(ContestReport report) {
        boolean killed = report.runs().get(0).recoveryMs() != null;
        String head = killed ? KILL : report.rate() == null ? DRAIN : RATE;
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, head, report.rounds()));
        report.medians().forEach((contestant, medians) -> {
            List<RunResult> runs = report.runs().stream()
                    .filter(run -> run.contestant().equals(contestant))
                    .toList();
            String row = killed
                    ? killed(contestant, medians, runs)
                    : report.rate() == null ? drain(contestant, medians, runs) : paced(contestant, medians, runs);
            table.append(row).append(System.lineSeparator());
        });
        return table.toString();
    }

    private static String drain(String contestant, Medians medians, List<RunResult> runs) {
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %.2f | %s | %s | %,.0f MB | %s |",
                contestant,
                medians.eventsPerSecond(),
                medians.timesLightflow(),
                runs.stream()
                        .map(run -> String.format(Locale.ROOT, "%,d", run.eventsPerSecond()))
                        .collect(Collectors.joining(" ")),
                parts(medians.cpuSecondsPerMillion(), "%.1f"),
                medians.peakRssMb(),
                outputs(runs));
    }

    private static String paced(String contestant, Medians medians, List<RunResult> runs) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %,.0f MB | %s |",
                contestant,
                latency(medians, "clickToJoinedEvent"),
                latency(medians, "clickToPostgres"),
                parts(medians.coresUsed(), "%.2f"),
                medians.peakRssMb(),
                outputs(runs));
    }

    private static String killed(String contestant, Medians medians, List<RunResult> runs) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %.2f | %s |",
                contestant,
                seconds(medians.recoveryMs().get(RecoveryWatch.FIRST_JOINED_EVENT)),
                seconds(medians.recoveryMs().get(RecoveryWatch.FIRST_STATISTICS)),
                seconds(medians.recoveryMs().get(RecoveryWatch.ALL_CAUGHT_UP)),
                runs.stream()
                        .map(run -> seconds(run.recoveryMs().get(RecoveryWatch.ALL_CAUGHT_UP)))
                        .collect(Collectors.joining(", ")),
                medians.timesLightflow(),
                outputs(runs));
    }

    private static String seconds(double ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000);
    }

    private static String latency(Medians medians, String target) {
        return String.format(
                Locale.ROOT,
                "%,.0f / %,.0f ms",
                medians.latencyP50Ms().get(target),
                medians.latencyP99Ms().get(target));
    }

    private static String parts(Map<String, Double> figures, String format) {
        return figures.values().stream()
                .map(figure -> String.format(Locale.ROOT, format, figure))
                .collect(Collectors.joining(", "));
    }

    private static String outputs(List<RunResult> runs) {
        long exact = runs.stream().filter(RunResult::isExact).count();
        return exact == runs.size() ? "exact" : exact + " of " + runs.size() + " exact";
    }

    /** One run as a line of progress. */
    static String line(RunResult run) {
        String figures;
        if (run.recoveryMs() != null) {
            figures = "ms after the kill " + run.recoveryMs();
        } else if (run.eventsPerSecond() != null) {
            figures = String.format(Locale.ROOT, "%,d events/s in %.1f s", run.eventsPerSecond(), run.seconds());
        } else {
            figures = "latencies in ms " + run.latencyMs() + ", cores " + run.coresUsed();
        }
        return "Round " + run.round() + ", " + run.contestant() + ": " + figures + ", outputs "
                + (run.isExact() ? "exact" : "NOT EXACT");
    }
}
