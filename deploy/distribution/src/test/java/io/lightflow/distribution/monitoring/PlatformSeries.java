package io.lightflow.distribution.monitoring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The series that Prometheus scrapes from a platform, in the notation of promtool: one sample each 5 s. They have the
 * labels and the values of a stack with one group, and change from the fifth minute on if there is a fault.
 */
final class PlatformSeries {
    /** Samples before a fault: five minutes. */
    static final int BEFORE = 60;
    /** Samples from the fault on: three minutes. */
    static final int AFTER = 36;

    private static final List<String> TOPOLOGIES = List.of("dataflow", "stats-counter", "archive");
    private static final Map<String, String> LAGS = Map.of("dataflow", "6", "stats-counter", "21", "archive", "600");

    private final Map<String, String> series = new LinkedHashMap<>();
    private final int samples;

    private PlatformSeries(int samples) {
        this.samples = samples;
    }

    /** A platform without a fault. */
    static PlatformSeries healthy(int samples) {
        PlatformSeries platform = new PlatformSeries(samples);
        platform.processes();
        TOPOLOGIES.forEach(platform::topology);
        platform.constant("lightflow_monitor_mirror_lag_seconds{group='us',dc='us-west'}", "2");
        platform.rising(
                "lightflow_monitor_newest_record_timestamp_seconds{group='us',cluster='central',dc='us-west'}",
                "-2",
                5);
        platform.constant("lightflow_certificate_complete{group='us'}", "1");
        platform.constant("lightflow_certificate_hour_timestamp_seconds{group='us'}", "-7200");
        platform.constant("lightflow_reconciliation_equal{group='us'}", "1");
        platform.constant("lightflow_reports_statistics_behind_seconds{instance='reports:8082'}", "25");
        platform.constant("lightflow_reports_budgets_stale{instance='reports:8082'}", "0");
        return platform;
    }

    private void processes() {
        for (String port : List.of("9464", "9465")) {
            constant("up{job='lightflow-workers',instance='127.0.0.1:" + port + "'}", "1");
            constant("process_start_time_seconds{job='lightflow-workers',instance='127.0.0.1:" + port + "'}", "-3600");
        }
        for (String process : List.of("monitor", "registry", "reports")) {
            constant("up{job='lightflow-" + process + "',instance='" + process + "'}", "1");
        }
        for (String source :
                List.of("dataflow", "stats-counter", "archive", "central", "front us-west", "nimbus", "supervisor")) {
            constant("lightflow_monitor_reachable{group='us',source='" + source + "'}", "1");
        }
    }

    private void topology(String name) {
        String labels = "group='us',topology='" + name + "'";
        constant("lightflow_monitor_topology_owned{" + labels + "}", "1");
        constant("lightflow_monitor_topology_paused{" + labels + "}", "0");
        constant("lightflow_monitor_wrong_clocks{" + labels + "}", "0");
        constant("lightflow_topology_unavailable_readers{" + labels + "}", "0");
        constant("lightflow_topology_retries_total{" + labels + ",server='sink'}", "0");
        constant("lightflow_topology_retries_total{" + labels + ",server='store'}", "0");
        constant("lightflow_topology_commits_total{" + labels + ",outcome='fenced'}", "0");
        rising("lightflow_topology_events_total{" + labels + ",type='clicks',outcome='in'}", "0", 500);
        rising("lightflow_topology_events_total{" + labels + ",type='clicks',outcome='rejected'}", "0", 1);
        rising("lightflow_topology_events_total{" + labels + ",type='clicks',outcome='late'}", "0", 1);
        for (String shard : List.of("0", "1")) {
            String own = "{" + labels + ",shard='" + shard + "'}";
            constant("lightflow_monitor_event_time_lag_seconds" + own, LAGS.get(name));
            constant("lightflow_monitor_shard_stopped" + own, "0");
            constant("lightflow_topology_shard_stopped" + own, "0");
            constant("lightflow_monitor_books_balanced" + own, "1");
        }
    }

    private void constant(String name, String value) {
        series.put(name, value + "x" + samples);
    }

    private void rising(String name, String first, int step) {
        series.put(name, first + "+" + step + "x" + samples);
    }

    /** Gives some series other values from the fault on: those whose names contain all parts. */
    PlatformSeries with(String values, String... parts) {
        List<String> struck = series.keySet().stream()
                .filter(name -> List.of(parts).stream().allMatch(name::contains))
                .toList();
        if (struck.isEmpty()) {
            throw new IllegalArgumentException("no series has " + List.of(parts));
        }
        struck.forEach(name -> series.put(name, before(series.get(name)) + " " + values));
        return this;
    }

    /** Adds a series that exists from the fault on. */
    PlatformSeries and(String name, String values) {
        series.put(name, "_x" + BEFORE + " " + values);
        return this;
    }

    /** The lag of a topology grows. */
    PlatformSeries lagging(String... topologies) {
        for (String topology : topologies) {
            with("10+5x" + AFTER, "event_time_lag", "'" + topology + "'");
        }
        return this;
    }

    private static String before(String values) {
        // x60 are 61 samples.
        return values.replaceFirst("x\\d+.*", "x" + (BEFORE - 1));
    }

    /**
     * A test for promtool.
     *
     * @param alarms number of firing alarms by name, by the time since the beginning
     */
    String test(String name, Map<String, Map<String, Integer>> alarms) {
        StringBuilder test = new StringBuilder("  - name: " + name + "\n    interval: 5s\n    input_series:\n");
        series.forEach((series, values) -> test.append("      - series: \"")
                .append(series.replace("'", "\\\""))
                .append("\"\n        values: \"")
                .append(values)
                .append("\"\n"));
        test.append("    promql_expr_test:\n");
        alarms.forEach((time, firing) -> {
            test.append("      - expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})'\n");
            test.append("        eval_time: ").append(time).append('\n');
            if (!firing.isEmpty()) {
                test.append("        exp_samples:\n");
                new TreeMap<>(firing)
                        .forEach((alarm, count) -> test.append("          - labels: '{alertname=\"Lightflow")
                                .append(alarm)
                                .append("\"}'\n            value: ")
                                .append(count)
                                .append('\n'));
            }
        });
        return test.toString();
    }
}
