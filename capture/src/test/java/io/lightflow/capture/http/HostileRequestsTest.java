package io.lightflow.capture.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.capture.CaptureFixture;
import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of clients that want harm. */
class HostileRequestsTest {
    private static final String EVIL = "evil.example";

    private final CaptureFixture capture = new CaptureFixture();

    @AfterEach
    void close() {
        capture.close();
    }

    @Test
    void nothingUnsignedRedirects() throws Exception {
        String genuine = capture.click("https://shop.example/");
        String token = genuine.substring("/c?lf=".length());
        for (String target : List.of(
                "https://evil.example",
                "//evil.example",
                "/\\evil.example",
                "https:evil.example",
                "https:/evil.example",
                "https://shop.example@evil.example",
                "https://shop.example%40evil.example",
                "https://evil.example\\@shop.example",
                "https://evil.example#@shop.example",
                "https://evil\u3002example",
                "https://\u24d4vil.example",
                "javascript:location='https://evil.example'",
                "data:text/html,evil.example",
                " https://evil.example",
                "\thttps://evil.example",
                "%68ttps://evil.example",
                "https://evil.example%00.shop.example",
                "https://shop.example\r\nLocation: https://evil.example")) {
            String encoded = URLEncoder.encode(target, StandardCharsets.UTF_8);
            for (String path : List.of(
                    "/c?lf=" + encoded,
                    "/c?target=" + encoded,
                    "/c?url=" + encoded + "&lf=",
                    "/c?lf=" + encoded + "&lf=" + token,
                    "/c/" + encoded,
                    "/" + encoded)) {
                HttpResponse<byte[]> response = capture.get(path);
                assertThat(response.statusCode()).as(path).isBetween(400, 404);
                assertThat(response.headers().firstValue("Location")).as(path).isEmpty();
                assertThat(new String(response.body(), StandardCharsets.UTF_8)).doesNotContain(EVIL);
            }
            // A genuine link is not moved by further parameters.
            HttpResponse<byte[]> beside = capture.get(genuine + "&target=" + encoded + "&url=" + encoded);
            assertThat(beside.headers().firstValue("Location")).hasValue("https://shop.example/");
        }
    }

    @Test
    void linksOfOthersKindsAndChangedLinksAreRefused() throws Exception {
        SignedLinks stranger = new SignedLinks(
                new LinkKeys(Map.of("2026-11", "another-key-of-thirty-two-bytes!".getBytes()), "2026-11"),
                Duration.ofDays(2),
                Duration.ofDays(30),
                capture.now::get);
        String click = capture.links.token(LinkKind.CLICK, CaptureFixture.claims());
        String pixel = capture.links.pixelToken("k", CaptureFixture.impression());
        for (String path : List.of(
                "/c?lf=" + stranger.token(LinkKind.CLICK, CaptureFixture.claims()),
                "/c?lf=" + click.substring(0, click.length() - 2) + "AA",
                "/c?lf=" + pixel,
                "/v?lf=" + click,
                "/i?lf=" + click,
                "/i?lf=" + stranger.pixelToken("k", CaptureFixture.impression()),
                "/i",
                "/i?lf",
                "/c?lf=%00",
                "/v?lf=" + "A".repeat(5_000))) {
            assertThat(capture.get(path).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(capture.sent).isEmpty();
    }

    @Test
    void noHeaderCanBeInjected() throws Exception {
        for (String injected : List.of("%0d%0aSet-Cookie:%20a=b", "%E5%98%8A%E5%98%8DSet-Cookie:a=b")) {
            HttpResponse<byte[]> response =
                    capture.get(capture.click("https://shop.example/?q=" + injected + "\u560a\u560dx"));
            assertThat(response.statusCode()).isEqualTo(302);
            assertThat(response.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.contains("a=b"));
            assertThat(response.headers().firstValue("Location").orElseThrow())
                    .isEqualTo("https://shop.example/?q=" + injected + "%E5%98%8A%E5%98%8Dx");
        }
    }

    @Test
    void aForgedProxyHeaderDoesNotCount() throws Exception {
        capture.send(capture.request(capture.pixel())
                .header("X-Forwarded-For", "203.0.113.7")
                .header("Forwarded", "for=203.0.113.7")
                .header("X-Real-IP", "203.0.113.7"));
        assertThat(((Impression) capture.sent.get(0).event()).getIp()).isEqualTo("127.0.0.0");
    }

    @Test
    void overlongRequestsAreRefused() throws Exception {
        assertThat(capture.get("/i?x=" + "a".repeat(9_000)).statusCode()).isEqualTo(414);
        assertThat(capture.send(capture.request(capture.pixel()).header("X-Long", "a".repeat(20_000)))
                        .statusCode())
                .isEqualTo(431);
        assertThat(raw("POST /i HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(capture.sent).isEmpty();
    }

    @Test
    void ambiguousRequestsAreRefused() throws Exception {
        assertThat(raw("GET /i HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET /i HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("POST /i HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET /i HTTP/1.1\r\nHost : a\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("\0\1\2 nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET /i?lf=%zz HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(capture.sent).isEmpty();
    }

    @Test
    void aSlowRequestLosesItsConnection() throws Exception {
        try (Socket socket = connect()) {
            long start = System.nanoTime();
            String header = "GET /i HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(200);
            int next = 0;
            socket.setSoTimeout(200);
            int read = 0;
            while (read >= 0
                    && System.nanoTime() - start < Duration.ofSeconds(20).toNanos()) {
                try {
                    socket.getOutputStream().write(header.charAt(next++));
                    read = socket.getInputStream().read();
                } catch (java.net.SocketTimeoutException e) {
                    // The connection is still open: the next byte follows.
                } catch (IOException e) {
                    read = -1;
                }
            }
            assertThat(read).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        String both = "GET " + capture.pixel() + " HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET " + capture.click("https://shop.example/") + " HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        String answers = raw(both);
        assertThat(answers.indexOf("HTTP/1.1 200")).isZero();
        assertThat(answers.indexOf("HTTP/1.1 302")).isPositive().isLessThan(answers.indexOf("HTTP/1.1 404"));
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), capture.port());
    }

    /** Sends bytes, and reads until the server closes the connection. */
    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            byte[] chunk = new byte[8_192];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                answer.write(chunk, 0, count);
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
