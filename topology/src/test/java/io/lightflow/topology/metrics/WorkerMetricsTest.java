package io.lightflow.topology.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.settings.MetricsSection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus finds every worker of a machine, and reads its metrics and the state of its shards. */
class WorkerMetricsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path targets;

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static MetricsEndpoint open(String ports, TopologyMetrics metrics) {
        return MetricsEndpoint.open(new MetricsSection(null, ports, null), metrics.registry(), metrics::shards);
    }

    private List<Path> targetFiles() throws IOException {
        try (var files = Files.list(targets)) {
            return files.toList();
        }
    }

    @Test
    void aWorkerNamesItsPortWhileATaskUsesIt() throws Exception {
        Path dead = Files.writeString(targets.resolve("lightflow-worker-2147483647.json"), "[]");
        Path foreign = Files.writeString(targets.resolve("other.json"), "[]");
        MetricsSection settings = new MetricsSection(null, "0", targets);
        WorkerMetrics reader = WorkerMetrics.acquire(settings);
        WorkerMetrics loop = WorkerMetrics.acquire(settings);
        assertThat(loop.metrics()).isSameAs(reader.metrics());
        assertThat(dead).doesNotExist();

        reader.close();
        reader.close();
        Path own = targets.resolve("lightflow-worker-" + ProcessHandle.current().pid() + ".json");
        JsonNode named = JSON.readTree(own.toFile());
        String target = named.get(0).get("targets").get(0).asText();
        int port = Integer.parseInt(target.substring(target.indexOf(':') + 1));
        loop.metrics().task("us", "dataflow").stepped(7, 1_000);

        assertThat(get(port, "/metrics").body())
                .contains("lightflow_topology_records_total{group=\"us\",topology=\"dataflow\"} 7.0")
                .contains("jvm_memory_used_bytes");
        loop.close();
        assertThat(targetFiles()).containsExactly(foreign);
    }

    @Test
    void severalWorkersOfAMachineShareARange() throws Exception {
        TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
        try (MetricsEndpoint any = open("0", metrics)) {
            int taken = any.port();
            String range = taken + "-" + Math.min(65_535, taken + 200);
            try (MetricsEndpoint next = open(range, metrics)) {
                assertThat(next.port()).isGreaterThan(taken);
                assertThat(get(next.port(), "/health/live").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void aWorkerWithoutAFreePortWorksAllTheSame() throws Exception {
        TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
        try (MetricsEndpoint any = open("0", metrics);
                WorkerMetrics worker =
                        WorkerMetrics.acquire(new MetricsSection(null, Integer.toString(any.port()), targets))) {
            worker.metrics().task("us", "dataflow").close();
            assertThat(targetFiles()).isEmpty();
        }
    }

    @Test
    void readinessNamesTheShardsThatDoNotWork() throws Exception {
        TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
        TaskMetrics task = metrics.task("us", "dataflow");
        task.measured(new MemorySink<>(new MemorySink.Store<>())).open(List.of(0, 1));
        try (MetricsEndpoint endpoint = open("0", metrics)) {
            assertThat(get(endpoint.port(), "/health/ready").statusCode()).isEqualTo(200);

            task.stopped(1, "records are missing");
            HttpResponse<String> stopped = get(endpoint.port(), "/health/ready");
            assertThat(stopped.statusCode()).isEqualTo(503);
            assertThat(JSON.readTree(stopped.body()).get("shards"))
                    .extracting(shard -> shard.path("shard").asInt() + " "
                            + shard.path("status").asText() + " "
                            + shard.path("reason").asText())
                    .containsExactly("0 UP ", "1 DOWN records are missing");

            task.works(1);
            task.waits();
            task.failed(new SinkUnavailableException("Kafka is unavailable", null));
            assertThat(get(endpoint.port(), "/health/ready").statusCode()).isEqualTo(503);
            task.continues();
            assertThat(get(endpoint.port(), "/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aReaderTellsItsLagUntilAServerIsUnavailable() throws Exception {
        TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
        ReaderMetrics reader = metrics.reader("us", "dataflow");
        try (MetricsEndpoint endpoint = open("0", metrics)) {
            reader.lag(Map.of(3, 42L));
            assertThat(get(endpoint.port(), "/metrics").body())
                    .contains("lightflow_topology_lag_records{group=\"us\",shard=\"3\",topology=\"dataflow\"} 42.0");
            reader.unavailable();
            reader.unavailable();
            assertThat(get(endpoint.port(), "/metrics").body())
                    .doesNotContain("lightflow_topology_lag_records{")
                    .contains("lightflow_topology_unavailable_readers{group=\"us\",topology=\"dataflow\"} 1.0");
            reader.close();
            assertThat(get(endpoint.port(), "/metrics").body())
                    .contains("lightflow_topology_unavailable_readers{group=\"us\",topology=\"dataflow\"} 0.0");
        }
    }
}
