package io.lightflow.distribution.monitoring;

import static io.lightflow.distribution.monitoring.PlatformSeries.healthy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus takes the alert rules, and each class of faults raises its alarm within 60 s. */
class AlertRulesTest {
    private static final Path PROJECT = Path.of("..", "..");
    private static final Path MONITORING = PROJECT.resolve("deploy/monitoring");
    private static final Path RULES = MONITORING.resolve("rules.yml");
    private static final int HOUR = 720;
    private static final int SHORT = PlatformSeries.BEFORE + PlatformSeries.AFTER;
    private static final String MINUTE_AFTER_FAULT = "6m";

    private static final Pattern ALERT = Pattern.compile("alert: (Lightflow\\w+)");
    private static final Pattern METRIC = Pattern.compile("\\b(lightflow_\\w+)\\b");

    @TempDir
    private Path folder;

    /** Skips the test where Prometheus's tool is missing; Debian's package {@code prometheus} has it. */
    private void promtool(String... arguments) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "promtool"))),
                "promtool is not installed");
        Path output = folder.resolve("output.txt");
        List<String> command =
                Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(1, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as(command + " says " + Files.readString(output))
                .isTrue();
    }

    private static PlatformSeries platform() {
        return healthy(SHORT);
    }

    /** A fault that lasts: the alarms a minute after its beginning. */
    private record Fault(String name, PlatformSeries series, Map<String, Integer> alarms) {}

    private static String lasts(int value) {
        return value + "x" + PlatformSeries.AFTER;
    }

    private static List<Fault> lastingFaults() {
        String grows = "1+1x" + PlatformSeries.AFTER;
        return List.of(
                new Fault(
                        "the central Kafka is killed",
                        platform()
                                .with(lasts(0), "reachable", "'central'")
                                .with(lasts(0), "reachable", "'dataflow'")
                                .with(grows, "retries_total", "'dataflow'", "'sink'")
                                .with(lasts(1), "unavailable_readers")
                                .lagging("dataflow", "stats-counter"),
                        Map.of(
                                "Unreachable",
                                2,
                                "Interrupted",
                                2,
                                "ServerUnavailable",
                                1,
                                "ReaderUnavailable",
                                3,
                                "Lag",
                                2)),
                new Fault(
                        "a front Kafka is killed",
                        platform()
                                .with(lasts(0), "reachable", "'front us-west'")
                                .with(lasts(298), "newest_record"),
                        Map.of("Unreachable", 1, "Interrupted", 1, "DataCenterSilent", 1)),
                new Fault(
                        "the mirror is killed",
                        platform()
                                .with("7+5x" + PlatformSeries.AFTER, "mirror_lag")
                                .with(lasts(298), "newest_record")
                                .lagging("dataflow", "stats-counter"),
                        Map.of("MirrorLag", 1, "DataCenterSilent", 1, "Lag", 2)),
                new Fault(
                        "PostgreSQL is killed",
                        platform()
                                .with(lasts(0), "reachable", "'stats-counter'")
                                .with(lasts(0), "reachable", "'archive'")
                                .with(grows, "retries_total", "'stats-counter'", "'sink'")
                                .with(lasts(0), "up{", "'lightflow-registry'")
                                .lagging("stats-counter"),
                        Map.of("Unreachable", 2, "Interrupted", 2, "ServerUnavailable", 1, "ProcessDown", 1, "Lag", 1)),
                new Fault(
                        "ZooKeeper is killed",
                        platform()
                                .with(lasts(0), "reachable", "'dataflow'")
                                .with(lasts(0), "reachable", "'stats-counter'")
                                .with(lasts(0), "reachable", "'archive'"),
                        Map.of("Unreachable", 3, "Interrupted", 3)),
                new Fault(
                        "Nimbus is killed",
                        platform().with(lasts(0), "reachable", "'nimbus'"),
                        Map.of("Unreachable", 1, "Interrupted", 1)),
                new Fault(
                        "the Supervisor is killed",
                        platform().with(lasts(0), "reachable", "'supervisor'"),
                        Map.of("Unreachable", 1, "Interrupted", 1)),
                new Fault(
                        "the registry is killed",
                        platform().with(lasts(0), "up{", "'lightflow-registry'"),
                        Map.of("ProcessDown", 1)),
                new Fault(
                        "the monitor is killed",
                        platform().with("stale", "lightflow_monitor_").with(lasts(0), "up{", "'lightflow-monitor'"),
                        Map.of("ProcessDown", 1, "MonitorMissing", 1)),
                new Fault(
                        "a worker is killed",
                        platform().with(lasts(0), "up{", "9464").lagging("dataflow"),
                        Map.of("ProcessDown", 1, "Lag", 1)),
                new Fault(
                        "the join store is lost",
                        platform()
                                .with(lasts(1), "monitor_shard_stopped", "'dataflow'")
                                .lagging("dataflow"),
                        Map.of("ShardStopped", 2, "Lag", 1)),
                new Fault(
                        "Aerospike is unavailable or frozen",
                        platform()
                                .with("0x2 1+1x33", "retries_total", "'dataflow'", "'store'")
                                .lagging("dataflow"),
                        Map.of("ServerUnavailable", 1, "Lag", 1)),
                new Fault(
                        "an event is lost",
                        platform().with(lasts(0), "certificate_complete"),
                        Map.of("CertificateFailed", 1)),
                new Fault(
                        "an event is altered",
                        platform().with(lasts(0), "reconciliation_equal"),
                        Map.of("OutputsDiffer", 1)),
                new Fault(
                        "the books of a shard do not balance",
                        platform().with(lasts(0), "books_balanced", "'dataflow'", "shard='1'"),
                        Map.of("BooksDoNotBalance", 1)),
                new Fault(
                        "budgets are stale",
                        platform().with(lasts(1), "budgets_stale").with(lasts(130), "behind_seconds"),
                        Map.of("BudgetsStale", 1, "StatisticsLag", 1)));
    }

    /** Faults that end by themselves: their alarms end too. */
    private static List<String> shortFaults() {
        return List.of(
                platform()
                        .with("2 4x35", "retries_total", "'dataflow'", "'sink'")
                        .with("1x1 0x34", "unavailable_readers")
                        .test(
                                "the central Kafka is cut off for 10 s",
                                new TreeMap<>(Map.of(
                                        "5m30s", Map.of("ServerUnavailable", 1, "ReaderUnavailable", 3),
                                        "7m30s", Map.of()))),
                platform()
                        .with("7 12 17 20 2x32", "mirror_lag")
                        .test(
                                "the mirror is killed and catches up",
                                new TreeMap<>(Map.of("5m30s", Map.of("MirrorLag", 1), "7m30s", Map.of()))),
                platform()
                        .with("stale _x2 320x33", "process_start_time", "9464")
                        .test(
                                "a worker is killed and returns after 20 s",
                                new TreeMap<>(
                                        Map.of(MINUTE_AFTER_FAULT, Map.of("ProcessRestarted", 1), "7m55s", Map.of()))),
                platform()
                        .with("0x10 1x26", "up{", "9464")
                        .with("0x10 1x26", "commits_total", "'stats-counter'", "fenced")
                        .and(
                                "process_start_time_seconds{job='lightflow-workers',instance='127.0.0.1:9466'}",
                                "_x4 325x31")
                        .test(
                                "a worker is frozen, and another one takes over",
                                new TreeMap<>(Map.of(
                                        "5m30s", Map.of("ProcessDown", 1, "ProcessRestarted", 1),
                                        "6m15s", Map.of("Fenced", 1, "ProcessRestarted", 1)))),
                platform()
                        .with("0x5 1x31", "topology_owned")
                        .test(
                                "the topologies are killed and submitted again",
                                new TreeMap<>(Map.of("5m20s", Map.of("TopologyGone", 3), "6m", Map.of()))));
    }

    private void run(List<String> tests) throws IOException, InterruptedException {
        Path file = folder.resolve("tests.yml");
        Files.writeString(
                file,
                "rule_files: [" + RULES.toAbsolutePath() + "]\nevaluation_interval: 5s\ntests:\n"
                        + String.join("", tests));
        promtool("test", "rules", file.toString());
    }

    @Test
    void prometheusTakesTheSettings() throws Exception {
        promtool(
                "check",
                "config",
                "--syntax-only",
                MONITORING.resolve("prometheus.yml").toString());
        promtool("check", "rules", RULES.toString());
    }

    @Test
    void eachClassOfFaultsRaisesItsAlarmWithinAMinute() throws Exception {
        run(lastingFaults().stream()
                .map(fault -> fault.series.test(fault.name, Map.of(MINUTE_AFTER_FAULT, fault.alarms)))
                .toList());
    }

    @Test
    void alarmsOfShortFaultsEnd() throws Exception {
        run(shortFaults());
    }

    /** On made-up series, and on those of a real stack. */
    @Test
    void anHourWithoutAFaultRaisesNoAlarm() throws Exception {
        Map<String, Map<String, Integer>> none = new TreeMap<>();
        Stream.of("5m", "15m", "30m", "45m", "59m").forEach(time -> none.put(time, Map.of()));
        run(List.of(healthy(HOUR).test("an hour without a fault", none), StackRecording.hourWithoutAlarm()));
    }

    @Test
    void everyRuleIsDocumentedAndUsesDocumentedMetrics() throws IOException {
        String rules = Files.readString(RULES);
        assertThat(names(
                        Files.readString(PROJECT.resolve("docs/operating/alerts.md")),
                        Pattern.compile("`(Lightflow\\w+)`")))
                .isEqualTo(names(rules, ALERT));
        TreeSet<String> documented = new TreeSet<>();
        for (String page : List.of("metrics.md", "alerts.md")) {
            documented.addAll(names(Files.readString(PROJECT.resolve("docs/operating/" + page)), METRIC));
        }
        assertThat(documented).containsAll(names(rules, METRIC));
        try (Stream<Path> dashboards = Files.list(MONITORING.resolve("dashboards"))) {
            for (Path dashboard : dashboards.toList()) {
                TreeSet<String> used = new TreeSet<>();
                // A histogram has these three.
                names(Files.readString(dashboard), METRIC)
                        .forEach(name -> used.add(name.replaceFirst("_(bucket|sum|count)$", "")));
                assertThat(documented).as(dashboard.toString()).containsAll(used);
            }
        }
    }

    /** A fault of the recorded run: when it struck, and the alarm that it must raise within a minute. */
    private record Struck(int seconds, String alarm) {}

    /**
     * The series that Prometheus scraped every 5 s during a run of {@code lab/torture --minutes 2 --no-archive},
     * without the lags: the run's events are months old.
     */
    @Test
    void theFaultsOfARecordedTortureRaiseTheirAlarms() throws Exception {
        // The run had begun 37 s before the recording.
        int before = 37;
        List<Struck> faults = List.of(
                new Struck(69, "ServerUnavailable"), // kill -9 postgres
                new Struck(87, "ProcessDown"), // zombie stats-counter worker
                new Struck(137, "TopologyGone"), // join store lost
                new Struck(178, "ServerUnavailable"), // kafka-central cut off
                new Struck(202, "Interrupted"), // kill -9 registry
                new Struck(212, "ProcessRestarted"), // kill -9 dataflow worker
                new Struck(229, "ReaderUnavailable"), // kill -9 kafka-central
                new Struck(258, "TopologyGone"), // other parallelism
                new Struck(312, "Interrupted"), // kill -9 kafka-us-west
                new Struck(352, "MirrorLag"), // kill -9 mirror
                new Struck(385, "Interrupted"), // kill -9 nimbus
                new Struck(409, "TopologyGone"), // other schemas
                new Struck(455, "TopologyGone")); // ZooKeeper's Trident state wiped
        StringBuilder test = new StringBuilder("  - name: a recorded torture\n    interval: 5s\n    input_series:\n");
        for (String line : recording()) {
            int values = line.indexOf("} ") + 1;
            test.append("      - series: \"")
                    .append(line.substring(0, values).replace("'", "\\\""))
                    .append("\"\n        values: \"")
                    .append(line.substring(values + 1))
                    .append("\"\n");
        }
        test.append("    promql_expr_test:\n");
        for (Struck fault : faults) {
            test.append("      - expr: 'clamp_max(count(max_over_time(ALERTS{alertstate=\"firing\",")
                    .append("alertname=\"Lightflow")
                    .append(fault.alarm)
                    .append("\"}[1m])), 1)'\n        eval_time: ")
                    .append(fault.seconds - before + 60)
                    .append("s\n        exp_samples: [{labels: '{}', value: 1}]\n");
        }
        run(List.of(test.toString()));
    }

    private static List<String> recording() throws IOException {
        try (InputStream in = AlertRulesTest.class.getResourceAsStream("torture-recording.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static TreeSet<String> names(String text, Pattern pattern) {
        TreeSet<String> names = new TreeSet<>();
        var found = pattern.matcher(text);
        while (found.find()) {
            names.add(found.group(1));
        }
        return names;
    }
}
