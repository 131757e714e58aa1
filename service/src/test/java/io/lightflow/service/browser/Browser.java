package io.lightflow.service.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A headless Chromium. */
public final class Browser implements AutoCloseable {
    private static final String LISTENING = "DevTools listening on ";
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 10;

    private final Process process;
    private final DevTools tools;

    private Browser(Process process, DevTools tools) {
        this.process = process;
        this.tools = tools;
    }

    /** @param profile an empty directory */
    public static Browser start(Path program, Path profile) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        program.toString(),
                        "--headless=new",
                        // The sandbox does not work as root. The browser opens only pages of the test's own server.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-extensions",
                        "--disable-sync",
                        "--lang=en-US",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        CompletableFuture<URI> address = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(process, address), "chromium-stderr");
        reader.setDaemon(true);
        reader.start();
        try {
            return new Browser(process, new DevTools(address.get(START_SECONDS, TimeUnit.SECONDS)));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Reads the log to its end, so that the browser never blocks on it. */
    private static void read(Process process, CompletableFuture<URI> address) {
        StringBuilder log = new StringBuilder();
        try (BufferedReader lines = process.errorReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LISTENING)) {
                    address.complete(URI.create(line.substring(LISTENING.length())));
                } else if (!address.isDone()) {
                    log.append(line).append('\n');
                }
            }
            address.completeExceptionally(new IllegalStateException("Chromium ended: " + log));
        } catch (IOException e) {
            address.completeExceptionally(new UncheckedIOException(e));
        }
    }

    /** Opens a tab with its own cookies and storage. */
    public Tab open(int width, int height) {
        JsonNode context = tools.call(null, "Target.createBrowserContext", Map.of());
        String target = tools.call(
                        null,
                        "Target.createTarget",
                        Map.of(
                                "url",
                                "about:blank",
                                "browserContextId",
                                context.path("browserContextId").asText()))
                .path("targetId")
                .asText();
        String session = tools.call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        return new Tab(tools, target, session, width, height);
    }

    @Override
    public void close() {
        try {
            tools.call(null, "Browser.close", Map.of());
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tools.close();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
