package io.lightflow.capture.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /t.js}: the script that pages include. */
public final class ScriptEndpoint implements Endpoint {
    private static final String FILE = "t.js";
    private static final Reply SCRIPT =
            Reply.of("text/javascript; charset=utf-8", read()).with("cache-control", "public, max-age=3600");

    private static byte[] read() {
        try (InputStream in = ScriptEndpoint.class.getResourceAsStream(FILE)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the script " + FILE + " cannot be read", e);
        }
    }

    @Override
    public String path() {
        return "/" + FILE;
    }

    @Override
    public Set<String> methods() {
        return Set.of("GET");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        return CompletableFuture.completedFuture(SCRIPT);
    }
}
