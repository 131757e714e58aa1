package io.lightflow.topology.monitor;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of gauges that {@code certify} and {@code reconcile} write, served with the monitor's own metrics. It is read
 * again for every scrape; while it does not exist, it has no gauges.
 */
final class GaugeFile implements MultiCollector {
    private static final Pattern HELP = Pattern.compile("# HELP (\\w+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private final Path file;

    GaugeFile(Path file) {
        this.file = file;
    }

    /** @throws UncheckedIOException if the file exists and cannot be read */
    @Override
    public MetricSnapshots collect() {
        Map<String, String> help = new LinkedHashMap<>();
        Map<String, List<GaugeDataPointSnapshot>> samples = new LinkedHashMap<>();
        for (String line : lines()) {
            Matcher described = HELP.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (described.matches()) {
                help.put(described.group(1), described.group(2));
            } else if (sample.matches() && !line.startsWith("#")) {
                samples.computeIfAbsent(sample.group(1), none -> new ArrayList<>())
                        .add(GaugeDataPointSnapshot.builder()
                                .labels(labels(sample.group(2)))
                                .value(Double.parseDouble(sample.group(3)))
                                .build());
            }
        }
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        samples.forEach((name, points) -> {
            GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help.getOrDefault(name, name));
            points.forEach(gauge::dataPoint);
            snapshots.metricSnapshot(gauge.build());
        });
        return snapshots.build();
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("the gauges in " + file + " cannot be read: " + e, e);
        }
    }

    private static Labels labels(String text) {
        Labels.Builder labels = Labels.builder();
        if (text != null) {
            Matcher label = LABEL.matcher(text);
            while (label.find()) {
                labels.label(label.group(1), label.group(2));
            }
        }
        return labels.build();
    }
}
