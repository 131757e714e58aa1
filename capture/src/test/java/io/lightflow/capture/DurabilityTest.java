package io.lightflow.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers without Kafka, whose spools keep what they answered. */
class DurabilityTest {
    private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final int EVENTS_BEFORE_KILL = 2_000;

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final SignedLinks links = new SignedLinks(
            new LinkKeys(Map.of("a", java.util.Base64.getDecoder().decode(KEY)), "a"),
            Duration.ofDays(2),
            Duration.ofDays(30));

    private Path settings(String spool) throws IOException {
        return Files.writeString(folder.resolve("capture.yaml"), """
                dc: us-west
                bind: 127.0.0.1
                port: 0
                admin: {port: 0}
                kafka: {bootstrapServers: "127.0.0.1:1", partitions: 4}
                spool: {directory: "%s"%s}
                links: {signWith: a, keys: [{id: a, secretVariable: LINK_KEY}]}
                """.formatted(folder.resolve("spool"), spool));
    }

    private String pixel(String id) {
        Impression impression = Impression.newBuilder()
                .setId(id)
                .setTime(Instant.now().toEpochMilli())
                .setAdvertiserId("1458")
                .setCampaignId("spring")
                .setCreativeId("banner")
                .setPriceMicros(1)
                .setCurrency("EUR")
                .build();
        return "/i?lf=" + links.pixelToken("cookie-" + id, impression);
    }

    @Test
    void noAnsweredEventIsLostByAKill() throws Exception {
        Process process = startProcess();
        Queue<String> answered = new ConcurrentLinkedQueue<>();
        try {
            URI server = address(process);
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int sender = 0; sender < 8; sender++) {
                senders.add(send(server, sender, 0, answered));
            }
            while (answered.size() < EVENTS_BEFORE_KILL && process.isAlive()) {
                Thread.onSpinWait();
            }
            process.destroyForcibly();
            for (CompletableFuture<Void> sender : senders) {
                sender.get(30, TimeUnit.SECONDS);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(answered).hasSizeGreaterThanOrEqualTo(EVENTS_BEFORE_KILL);
        String spooled = spooled();
        assertThat(answered).allMatch(spooled::contains);
    }

    /** Sends pixels one after the other, until the server is dead. */
    private CompletableFuture<Void> send(URI server, int sender, int number, Queue<String> answered) {
        String id = "id-%d-%06d".formatted(sender, number);
        HttpRequest request = HttpRequest.newBuilder(server.resolve(pixel(id))).build();
        return client.sendAsync(request, BodyHandlers.discarding())
                .handle((response, failure) -> {
                    if (failure == null && response.statusCode() == 200) {
                        answered.add(id);
                    }
                    return failure == null;
                })
                .thenCompose(alive ->
                        alive ? send(server, sender, number + 1, answered) : CompletableFuture.completedFuture(null));
    }

    private Process startProcess() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CaptureCommand.class.getName(),
                "--settings",
                settings("").toString());
        builder.environment().put("LINK_KEY", KEY);
        return builder.redirectErrorStream(true).start();
    }

    private static URI address(Process process) throws IOException {
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            if (line.contains("Capture listens at ")) {
                return URI.create(line.replaceAll(".*listens at (\\S+), .*", "$1"));
            }
        }
        throw new AssertionError("expected the server to listen, found:\n" + seen);
    }

    private String spooled() throws IOException {
        StringBuilder content = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".spool")).toList()) {
                content.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return content.toString();
    }

    @Test
    void aFullSpoolIsAnErrorButClicksAreRedirectedAndCounted() throws Exception {
        try (CaptureServer server = CaptureServer.start(
                CaptureSettingsFile.read(settings(", maxBytes: 1048576"), Map.of("LINK_KEY", KEY)))) {
            String id = "x".repeat(400);
            int status = 200;
            for (int i = 0; status == 200 && i < 10_000; i++) {
                status = get(server, pixel(id + i)).statusCode();
            }
            assertThat(status).isEqualTo(503);
            String click = "/c?lf="
                    + links.token(
                            LinkKind.CLICK,
                            io.lightflow.producer.link.LinkClaims.of(id, id, Instant.now())
                                    .withTarget("https://shop.example/" + "x".repeat(400)));
            HttpResponse<String> redirected = get(server, click);
            assertThat(redirected.statusCode()).isEqualTo(302);
            String metrics = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.adminPort() + "/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertThat(metrics)
                    .contains("lightflow_capture_unrecorded_clicks_total 1.0")
                    .contains("lightflow_capture_not_durable_total 2.0")
                    .contains("lightflow_capture_request_seconds_count{path=\"/c\",status=\"302\"} 1");
            assertThat(get(server, "/health").statusCode()).isEqualTo(200);
            assertThat(get(server, "/metrics").statusCode()).isEqualTo(404);
        }
    }

    private HttpResponse<String> get(CaptureServer server, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.url().resolve(path)).build(), BodyHandlers.ofString());
    }
}
