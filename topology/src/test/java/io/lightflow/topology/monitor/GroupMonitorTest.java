package io.lightflow.topology.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.metrics.ShardState;
import io.lightflow.topology.operator.ShardStatus;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A monitor exports what a group's servers tell, and shows it when they tell nothing. */
class GroupMonitorTest {
    private static final Path PAGE = Path.of("..", "docs", "operating", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(lightflow_monitor_\\w+)` \\| (\\w+) \\| (.*?) \\| (.*) \\|");

    private final ManualClock clock = new ManualClock();
    private final long watermark = clock.millis() - 7_000;
    private final Books books = Books.EMPTY
            .edit()
            .add(EventType.CLICK, Books.Entry.IN, 3)
            .add(EventType.CLICK, Books.Entry.JOINED, 3)
            .done();
    private final ShardStatus works =
            new ShardStatus(0, Position.START.withWatermark(watermark).with(books), 11, null);
    private final ShardStatus gap =
            new ShardStatus(1, works.position(), 0, new ShardStatus.Gap("us-west.clicks", 4, 9));
    private TopologyLook look = new TopologyLook(true, false, List.of(works, gap), Map.of(), books, 0);
    private RuntimeException outage;

    private final Source<TopologyLook> dataflow = source("dataflow", () -> look);
    private final Source<Map<String, Long>> central =
            source("central", () -> Map.of("us-west", clock.millis() - 5_000));
    private final Source<Map<String, Long>> front = source("front us-west", () -> Map.of("us-west", clock.millis()));
    private final GroupMonitor monitor =
            new GroupMonitor("us", Map.of("dataflow", dataflow), central, Map.of("us-west", front), List.of());
    private final PrometheusRegistry registry = new PrometheusRegistry();

    @TempDir
    private Path folder;

    @BeforeEach
    void register() {
        MonitorMetrics.register(monitor, clock, registry);
    }

    private <T> Source<T> source(String name, Supplier<T> answer) {
        return new Source<>(name, () -> new Source.Connection<>() {
            @Override
            public T look() {
                if (outage != null) {
                    throw outage;
                }
                return answer.get();
            }

            @Override
            public void close() {
                // There is nothing to close.
            }
        });
    }

    private void lookAtAll() {
        monitor.sources().forEach(Source::look);
    }

    private String scrape() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theTableOfTheDocumentsIsWhatTheMonitorExports() throws IOException {
        lookAtAll();
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(3).replace("`", "") + ": " + row.group(4));
            }
        }
        Map<String, String> exported = new TreeMap<>();
        for (MetricSnapshot snapshot : registry.scrape()) {
            String labels = snapshot.getDataPoints().get(0).getLabels().stream()
                    .map(label -> label.getName())
                    .filter(name -> !name.equals("group"))
                    .collect(Collectors.joining(", "));
            exported.put(
                    snapshot.getMetadata().getName() + (snapshot instanceof CounterSnapshot ? "_total" : ""),
                    labels + ": " + snapshot.getMetadata().getHelp());
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(exported);
    }

    @Test
    void nothingIsUnreachableBeforeTheFirstLook() throws IOException {
        assertThat(scrape()).doesNotContain("lightflow_monitor_reachable{");
    }

    @Test
    void shardsBooksAndMirrorAreExported() throws IOException {
        lookAtAll();
        assertThat(scrape())
                .contains(
                        "lightflow_monitor_event_time_lag_seconds{group=\"us\",shard=\"0\",topology=\"dataflow\"} 7.0")
                .contains("lightflow_monitor_lag_offsets{group=\"us\",shard=\"0\",topology=\"dataflow\"} 11.0")
                .contains("lightflow_monitor_shard_stopped{group=\"us\",shard=\"0\",topology=\"dataflow\"} 0.0")
                .contains("lightflow_monitor_shard_stopped{group=\"us\",shard=\"1\",topology=\"dataflow\"} 1.0")
                .contains("lightflow_monitor_mirror_lag_seconds{dc=\"us-west\",group=\"us\"} 5.0")
                .contains("entry=\"joined\",group=\"us\",topology=\"dataflow\",type=\"clicks\"} 3.0");
        assertThat(monitor.shards()).extracting(ShardState::isReady).containsExactly(true, false);
    }

    @Test
    void anOutageKeepsTheLastLookWhoseLagGrows() throws IOException {
        lookAtAll();
        outage = new SinkUnavailableException("Kafka is unavailable", null);
        lookAtAll();
        clock.advance(Duration.ofSeconds(60));
        assertThat(scrape())
                .contains("lightflow_monitor_reachable{group=\"us\",source=\"dataflow\"} 0.0")
                .contains("lightflow_monitor_event_time_lag_seconds{group=\"us\",shard=\"0\"")
                .contains("} 67.0");
        assertThat(monitor.shards()).noneMatch(ShardState::isReady);

        outage = null;
        lookAtAll();
        assertThat(scrape())
                .contains("lightflow_monitor_reachable{group=\"us\",source=\"dataflow\"} 1.0")
                .contains("lightflow_monitor_failures_total{group=\"us\",source=\"dataflow\"} 1.0");
    }

    @Test
    void aTopologyWithoutAnOwnerIsNotReady() throws IOException {
        look = new TopologyLook(false, false, List.of(works), Map.of(), books, 2);
        lookAtAll();
        assertThat(monitor.shards()).extracting(ShardState::reason).containsExactly("no topology works on it");
        look = new TopologyLook(false, true, List.of(works), Map.of(), books, 2);
        lookAtAll();
        assertThat(monitor.shards()).noneMatch(ShardState::isReady);
        assertThat(scrape())
                .contains("lightflow_monitor_topology_owned{group=\"us\",topology=\"dataflow\"} 0.0")
                .contains("lightflow_monitor_topology_paused{group=\"us\",topology=\"dataflow\"} 1.0")
                .contains("lightflow_monitor_wrong_clocks{group=\"us\",topology=\"dataflow\"} 2.0");
    }

    @Test
    void aProcessThatDoesNotListenIsUnreachable() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            Source<Boolean> nimbus = new Source<>("nimbus", () -> TcpConnection.parse("nimbus=127.0.0.1:" + port));
            nimbus.look();
            assertThat(nimbus.isReachable()).isTrue();
        }
        Source<Boolean> nimbus = new Source<>("nimbus", () -> TcpConnection.parse("nimbus=127.0.0.1:" + port));
        nimbus.look();
        assertThat(nimbus.isReachable()).isFalse();
        assertThatThrownBy(() -> TcpConnection.parse("nimbus")).hasMessage("expected NAME=HOST:PORT, found nimbus");
    }

    @Test
    void gaugesOfAFileAreServedOnceItExists() throws IOException {
        Path file = folder.resolve("us.prom");
        registry.register(new GaugeFile(file));
        assertThat(scrape()).doesNotContain("lightflow_certificate");
        Files.writeString(file, """
                # HELP lightflow_certificate_complete 1 if every event of the hour is where it belongs.
                # TYPE lightflow_certificate_complete gauge
                lightflow_certificate_complete{group="us"} 1
                """);
        assertThat(scrape())
                .contains("# HELP lightflow_certificate_complete 1 if every event of the hour is where it belongs.")
                .contains("lightflow_certificate_complete{group=\"us\"} 1.0");
    }
}
