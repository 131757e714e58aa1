package io.lightflow.reports.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.reports.query.QueryTask.Format;
import io.lightflow.reports.query.QueryTask.SqlOptions;
import io.lightflow.reports.query.QueryTask.Unarchived;
import io.lightflow.reports.query.QueryWorkers.Busy;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryMetricsTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "operating", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(lightflow_reports_quer\\w+)` \\| (\\w+) \\| (.*?) \\| (.*) \\|");
    private static final QueryTask STATEMENT =
            QueryTask.ofStatement("select 1", null, new SqlOptions(null, null, Format.JSON, Unarchived.INCLUDED));
    private static final QueryTask ID = QueryTask.ofId("i-1", null, Duration.ofHours(1));

    private final QueryMetrics metrics = new QueryMetrics();
    private final PrometheusRegistry registry = new PrometheusRegistry();

    @BeforeEach
    void register() {
        metrics.addTo(registry);
    }

    private MetricSnapshot snapshot(String name) {
        return registry.scrape(name::equals).get(0);
    }

    private double running(String kind) {
        return ((GaugeSnapshot) snapshot("lightflow_reports_queries_running"))
                .getDataPoints().stream()
                        .filter(point -> point.getLabels().equals(Labels.of("kind", kind)))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
    }

    private Map<String, Long> ended() {
        return ((HistogramSnapshot) snapshot("lightflow_reports_query_seconds"))
                .getDataPoints().stream()
                        .collect(Collectors.toMap(
                                point -> point.getLabels().get("kind") + " "
                                        + point.getLabels().get("outcome"),
                                HistogramSnapshot.HistogramDataPointSnapshot::getCount));
    }

    @Test
    void aQueryRunsUntilItsEndWhichIsCounted() {
        try (QueryMetrics.Running query = metrics.start(STATEMENT)) {
            assertThat(running("sql")).isEqualTo(1);
            query.ended(QueryOutcome.Status.TIMEOUT);
        }
        metrics.start(ID).close();

        assertThat(running("sql")).isZero();
        assertThat(running("why")).isZero();
        assertThat(ended()).isEqualTo(Map.of("sql timeout", 1L, "why client_left", 1L));
    }

    @Test
    void refusalsAreCountedByReason() {
        metrics.refused(ID, Busy.ACCOUNT);
        metrics.refused(ID, Busy.ACCOUNT);

        CounterSnapshot refused = (CounterSnapshot) snapshot("lightflow_reports_queries_refused");
        assertThat(refused.getDataPoints())
                .hasSize(4)
                .filteredOn(point -> point.getValue() > 0)
                .singleElement()
                .satisfies(point -> {
                    assertThat(point.getLabels().get("kind")).isEqualTo("why");
                    assertThat(point.getLabels().get("reason")).isEqualTo("account");
                    assertThat(point.getValue()).isEqualTo(2);
                });
    }

    @Test
    void theTableOfThePageIsWhatIsExported() throws IOException {
        metrics.start(STATEMENT).close();
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2) + " {" + row.group(3).replace("`", "") + "} " + row.group(4));
            }
        }
        Map<String, String> exported = new TreeMap<>();
        for (MetricSnapshot snapshot : registry.scrape()) {
            String labels = snapshot.getDataPoints().get(0).getLabels().stream()
                    .map(label -> label.getName())
                    .collect(Collectors.joining(", "));
            boolean isCounter = snapshot instanceof CounterSnapshot;
            String type = isCounter ? "counter" : snapshot instanceof HistogramSnapshot ? "histogram" : "gauge";
            exported.put(
                    snapshot.getMetadata().getName() + (isCounter ? "_total" : ""),
                    type + " {" + labels + "} " + snapshot.getMetadata().getHelp());
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(exported);
    }
}
