package io.lightflow.topology.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.ManualClock;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of the documents lists exactly the metrics that a worker exports, with their types, labels and help. */
class DocumentedMetricsTest {
    private static final Path PAGE = Path.of("..", "docs", "operating", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(lightflow_topology_\\w+)` \\| (\\w+) \\| (.*?) \\| (.*) \\|");

    @Test
    void theTableIsWhatAWorkerExports() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2) + " {" + row.group(3).replace("`", "") + "} " + row.group(4));
            }
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(exported());
    }

    private static Map<String, String> exported() {
        TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
        TaskMetrics task = metrics.task("us", "dataflow");
        task.measured(new MemoryJoinStore(), () -> 1);
        Sink<Long> sink = task.measured(new MemorySink<>(new MemorySink.Store<>()));
        sink.open(0);
        Books books = Books.EMPTY.edit().add(EventType.CLICK, Books.Entry.IN, 1).done();
        Position next = Position.START.withWatermark(1).with(books);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, Position.START, next)), 1L)));
        metrics.reader("us", "dataflow").lag(Map.of(0, 1L));
        Map<String, String> exported = new TreeMap<>();
        for (MetricSnapshot snapshot : metrics.registry().scrape(name -> name.startsWith("lightflow_"))) {
            String labels = snapshot.getDataPoints().get(0).getLabels().stream()
                    .map(label -> label.getName())
                    .filter(name -> !name.equals("group") && !name.equals("topology"))
                    .collect(Collectors.joining(", "));
            exported.put(
                    snapshot.getMetadata().getName() + (snapshot instanceof CounterSnapshot ? "_total" : ""),
                    type(snapshot) + " {" + labels + "} "
                            + snapshot.getMetadata().getHelp());
        }
        return exported;
    }

    private static String type(MetricSnapshot snapshot) {
        if (snapshot instanceof CounterSnapshot) {
            return "counter";
        }
        return snapshot instanceof HistogramSnapshot ? "histogram" : "gauge";
    }
}
