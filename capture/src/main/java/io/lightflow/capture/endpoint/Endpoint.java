package io.lightflow.capture.endpoint;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/** One path of the server. Thread-safe; does not block. */
public interface Endpoint {
    /** The whole path, such as {@code /i}. */
    String path();

    /** What it accepts besides OPTIONS, and HEAD if it accepts GET. */
    Set<String> methods();

    /** @throws RequestException if the request is wrong */
    CompletionStage<Reply> handle(CaptureRequest request);
}
