package io.lightflow.capture.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.capture.CaptureFixture;
import io.lightflow.capture.client.ConsentRule;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.test.TestKeyStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenerTest {
    private static final String PASSWORD = "password";

    @TempDir
    Path folder;

    @Test
    void aStopAnswersEveryRequestThatHasArrived() throws Exception {
        CaptureFixture capture = new CaptureFixture();
        CompletableFuture<Void> durable = new CompletableFuture<>();
        capture.answerWhen(durable);
        List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            responses.add(capture.sendAsync(capture.request(capture.pixel())));
        }
        while (capture.sent.size() < responses.size()) {
            Thread.onSpinWait();
        }
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> capture.stop(Duration.ofSeconds(20)));
        // From now on, nobody connects.
        awaitRefusal(capture);
        assertThat(stopped).isNotDone();
        durable.complete(null);
        for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
            HttpResponse<byte[]> answered = response.get(20, TimeUnit.SECONDS);
            assertThat(answered.statusCode()).isEqualTo(200);
            assertThat(answered.headers().firstValue("Connection")).hasValue("close");
        }
        stopped.get(20, TimeUnit.SECONDS);
    }

    private static void awaitRefusal(CaptureFixture capture) {
        for (boolean refused = false; !refused; ) {
            try {
                new java.net.Socket("127.0.0.1", capture.port()).close();
            } catch (IOException e) {
                refused = true;
            }
        }
    }

    @Test
    void overTlsThereIsHttp2AndHttp1() throws Exception {
        Path keys = TestKeyStore.create(folder, PASSWORD);
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TestKeyStore.trusting(keys, PASSWORD))
                .build();
        try (CaptureFixture capture =
                new CaptureFixture(ConsentRule.STRICTEST, Optional.of(new ServerTlsSettings(keys, PASSWORD)), client)) {
            URI pixel = URI.create("https://127.0.0.1:" + capture.port() + capture.pixel());
            List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
            // The client opens one connection for each request until it knows that the server has HTTP/2.
            assertThat(capture.send(HttpRequest.newBuilder(pixel)).statusCode()).isEqualTo(200);
            for (int i = 1; i < 80; i++) {
                responses.add(capture.sendAsync(HttpRequest.newBuilder(pixel)));
            }
            for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
                assertThat(response.get().version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(response.get().body()).hasSize(42);
            }
            HttpResponse<byte[]> http1 =
                    capture.send(HttpRequest.newBuilder(pixel).version(HttpClient.Version.HTTP_1_1));
            assertThat(http1.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(http1.statusCode()).isEqualTo(200);
            HttpResponse<byte[]> head =
                    capture.send(HttpRequest.newBuilder(pixel).method("HEAD", HttpRequest.BodyPublishers.noBody()));
            assertThat(head.headers().firstValue("Content-Length")).hasValue("42");
            assertThat(capture.sent).hasSize(81);
            // GOAWAY ends an idle HTTP/2 connection at once.
            long start = System.nanoTime();
            capture.stop(Duration.ofSeconds(20));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aPortInUseIsNamed() {
        try (CaptureFixture capture = new CaptureFixture()) {
            Listener second = new Listener(
                    new ListenerSettings(
                            "127.0.0.1", capture.port(), 1, 1_024, Duration.ofSeconds(1), Optional.empty()),
                    null,
                    1);
            assertThatThrownBy(second::start)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + capture.port())
                    .hasMessageContaining("Choose a free port");
        }
    }
}
