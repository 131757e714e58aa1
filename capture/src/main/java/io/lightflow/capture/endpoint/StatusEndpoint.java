package io.lightflow.capture.endpoint;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A path about the server itself. */
public record StatusEndpoint(String path, Supplier<Reply> reply) implements Endpoint {
    @Override
    public Set<String> methods() {
        return Set.of("GET");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        return CompletableFuture.completedFuture(reply.get());
    }
}
