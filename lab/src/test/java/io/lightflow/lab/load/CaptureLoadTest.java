package io.lightflow.lab.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lightflow.producer.link.LinkKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every request is sent and answered once, over few connections. */
class CaptureLoadTest {
    private HttpServer server;

    @BeforeEach
    void setUp() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @AfterEach
    void tearDown() {
        server.stop(0);
    }

    @Test
    void everyRequestIsAnsweredOnce() throws Exception {
        respond(200);
        try (CaptureLoad load = load(new LoadSchedule(100, 0, 1))) {
            LoadSchedule.Run<LinkKind> run = load.run(() -> {});

            assertThat(load.answered().cardinality()).isEqualTo(100);
            assertThat(run.nanos().get(LinkKind.IMPRESSION).getTotalCount()).isEqualTo(90);
            assertThat(run.nanos().get(LinkKind.CLICK).getTotalCount()).isEqualTo(9);
            assertThat(run.nanos().get(LinkKind.POSTBACK).getTotalCount()).isEqualTo(1);
            assertThat(load.cpu()).isPositive();
        }
    }

    @Test
    void aResponseWithAnErrorEndsTheRun() throws Exception {
        respond(503);
        try (CaptureLoad load = load(LoadSchedule.of(1, 3_600))) {
            assertThatThrownBy(() -> load.run(() -> {}))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IOException.class)
                    .hasRootCauseMessage("request 0, a IMPRESSION: expected the status 200, found 503");
        }
    }

    private CaptureLoad load(LoadSchedule schedule) throws IOException {
        return new CaptureLoad(
                schedule,
                4,
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    /** @param status of the response to pixels */
    private void respond(int status) {
        server.createContext("/", exchange -> {
            boolean click = exchange.getRequestURI().getPath().equals("/c");
            byte[] body = new byte[43];
            exchange.sendResponseHeaders(click ? 302 : status, click ? -1 : body.length);
            if (!click) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
    }
}
