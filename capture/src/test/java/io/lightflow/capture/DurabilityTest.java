package io.lightflow.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers without Kafka, whose spools keep what they answered. */
class DurabilityTest {
    private static final int EVENTS_BEFORE_KILL = 2_000;
    private static final int MAX_EVENTS = 20_000;
    private static final String LONG = "x".repeat(400);

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void noAnsweredEventIsLostByAKill() throws Exception {
        Queue<String> answered = new ConcurrentLinkedQueue<>();
        try (CaptureProcess process = CaptureProcess.start(CaptureProcess.settings(folder, ""))) {
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int sender = 0; sender < 8; sender++) {
                senders.add(send(process.url(), sender, 0, answered));
            }
            while (answered.size() < EVENTS_BEFORE_KILL && process.isAlive()) {
                Thread.onSpinWait();
            }
            process.kill();
            for (CompletableFuture<Void> sender : senders) {
                sender.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(answered).hasSizeGreaterThanOrEqualTo(EVENTS_BEFORE_KILL);
        String spooled = CaptureProcess.spooled(folder.resolve("spool"));
        assertThat(answered).allMatch(spooled::contains);
    }

    /** Sends pixels one after the other, until the server is dead. */
    private CompletableFuture<Void> send(URI server, int sender, int number, Queue<String> answered) {
        String id = "id-%d-%06d".formatted(sender, number);
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(CaptureProcess.pixel(id))).build();
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

    @Test
    void aFullSpoolIsAnErrorButClicksAreRedirectedAndCounted() throws Exception {
        try (CaptureProcess process = CaptureProcess.start(CaptureProcess.settings(folder, ", maxBytes: 1048576"))) {
            fill(process.url());
            assertClicksAreRedirectedAndCounted(process.url(), process.adminUrl());
            assertThat(get(process.url(), "/metrics").statusCode()).isEqualTo(404);
        }
    }

    /** Only the process sees the disk, which ends with it. */
    @Test
    void aFullDiskIsAnErrorUntilThereIsRoomAgain() throws Exception {
        Path spool = Files.createDirectory(folder.resolve("spool"));
        String[] withSmallDisk = {
            "unshare",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o size=1m tmpfs '%1$s' && head -c 400000 /dev/zero > '%1$s/ballast' && exec \"$@\""
                    .formatted(spool),
            "sh"
        };
        assumeTrue(canMount(withSmallDisk), "This machine lets no user mount a file system in a namespace.");
        try (CaptureProcess process = CaptureProcess.start(CaptureProcess.settings(folder, ""), withSmallDisk)) {
            List<String> answered = fill(process.url());
            assertClicksAreRedirectedAndCounted(process.url(), process.adminUrl());

            Files.delete(process.sees(spool).resolve("ballast"));
            String last = "after " + LONG;
            assertThat(get(process.url(), CaptureProcess.pixel(last)).statusCode())
                    .isEqualTo(200);
            answered.add(last);
            String spooled = CaptureProcess.spooled(process.sees(spool));
            assertThat(answered).allMatch(spooled::contains);
        }
    }

    private static boolean canMount(String[] wrapper) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.add("true");
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // no such program
        }
    }

    /** Sends pixels until one is not stored; returns the ids of the others. */
    private List<String> fill(URI server) throws IOException, InterruptedException {
        List<String> answered = new ArrayList<>();
        int status = 200;
        while (status == 200 && answered.size() < MAX_EVENTS) {
            String id = answered.size() + " " + LONG;
            status = get(server, CaptureProcess.pixel(id)).statusCode();
            if (status == 200) {
                answered.add(id);
            }
        }
        assertThat(status).isEqualTo(503);
        return answered;
    }

    private void assertClicksAreRedirectedAndCounted(URI server, URI admin) throws IOException, InterruptedException {
        String click = CaptureProcess.click(LONG, "https://shop.example/" + LONG);
        assertThat(get(server, click).statusCode()).isEqualTo(302);
        assertThat(get(admin, "/metrics").body())
                .contains("lightflow_capture_unrecorded_clicks_total 1.0")
                .contains("lightflow_capture_not_durable_total 2.0")
                .contains("lightflow_capture_request_seconds_count{path=\"/c\",status=\"302\"} 1");
        assertThat(get(server, "/health").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> get(URI server, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.ofString());
    }
}
