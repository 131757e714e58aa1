package io.lightflow.deploy.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.why.TracedGroup;
import io.lightflow.topology.Main;
import io.lightflow.topology.dataflow.DataflowTopology;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at a group from outside, on real servers. */
class OutsideViewTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127.0.0.1:\\d+");

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static TracedGroup group;

    @BeforeAll
    static void start() throws Exception {
        group = new TracedGroup(folder);
        group.sendBeacons(System.currentTimeMillis());
        group.run(DataflowTopology.INSTANCE);
    }

    @AfterAll
    static void stop() {
        group.close();
    }

    @Test
    void theDoctorSaysWhatIsRightAndWhatToDo() throws Exception {
        StringWriter output = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(output))
                .execute("doctor", "--settings", group.settingsFile().toString());

        List<String> lines = output.toString().lines().toList();
        assertThat(lines)
                .anyMatch(line -> line.matches("ok +central Kafka +1 broker at .*metadata.version.*"))
                .anyMatch(line -> line.matches("ok +central Kafka +all 8 light topics exist"))
                .anyMatch(line -> line.matches("ok +PostgreSQL +version .*"))
                .anyMatch(line -> line.matches("ok +PostgreSQL +its clock and this machine's differ by .*"))
                .anyMatch(line -> line.matches("ok +disks +store.rocksdb.directory .*free.*"))
                .anyMatch(line -> line.matches("ok +dataflow +the ledger has 2 shards, and their books balance"))
                .anyMatch(line -> line.matches("warning +dataflow +lightflow-dataflow-us does not run"))
                .anyMatch(line -> line.matches("ERROR +front Kafka us-east +light topics are missing: .*"))
                .anyMatch(line -> line.contains("kafka-topics.sh --bootstrap-server"))
                .anyMatch(line -> line.matches("ERROR +registry .*127.0.0.1:1.*"));
        assertThat(lines.get(lines.size() - 1)).startsWith("group us: ");
        assertThat(exitCode).isOne();
    }

    @Test
    void theMonitorExportsWhatTheServersTell() throws Exception {
        StringWriter output = new StringWriter();
        String settings = group.settingsFile().toString();
        Thread monitor = new Thread(() -> Main.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(
                        "monitor",
                        "--settings",
                        settings,
                        "--port",
                        "0",
                        "--interval",
                        "1s",
                        "--connect",
                        "nothing=127.0.0.1:1"));
        monitor.start();
        try {
            Await.until("the monitor listens", LIMIT, () -> ADDRESS.matcher(output.toString())
                    .find());
            Matcher address = ADDRESS.matcher(output.toString());
            assertThat(address.find()).isTrue();
            Await.until(
                    "all sources have answered",
                    LIMIT,
                    () -> get(address.group(), "/metrics")
                                    .body()
                                    .lines()
                                    .filter(line -> line.matches("lightflow_monitor_reachable\\{.*\\} 1.0"))
                                    .filter(line -> !line.contains("front"))
                                    .count()
                            == 4);
            assertThat(get(address.group(), "/metrics").body())
                    .containsPattern("lightflow_monitor_event_time_lag_seconds\\{.*shard=\"1\",topology=\"dataflow\"}")
                    .contains("lightflow_monitor_topology_owned{group=\"us\",topology=\"dataflow\"} 0.0")
                    .containsPattern("lightflow_monitor_newest_record_timestamp_seconds\\{.*dc=\"us-west\"");
            assertThat(get(address.group(), "/health/ready").statusCode()).isEqualTo(503);
        } finally {
            monitor.interrupt();
            monitor.join();
        }
    }

    private static HttpResponse<String> get(String address, String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(address + path)).build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new AssertionError("asking " + address + path + " failed", e);
        }
    }
}
