package io.lightflow.capture.endpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.capture.access.Partner;
import io.lightflow.capture.endpoint.Recorder.Outcome;
import io.lightflow.service.access.Accounts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /v1/events}: batches of events from partners, in JSON. Every event is answered by itself. */
public final class BatchEndpoint implements Endpoint {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int MAX_EVENTS = 1_000;

    private final Accounts<Partner> partners;
    private final Recorder recorder;

    public BatchEndpoint(Accounts<Partner> partners, Recorder recorder) {
        this.partners = partners;
        this.recorder = recorder;
    }

    @Override
    public String path() {
        return "/v1/events";
    }

    @Override
    public Set<String> methods() {
        return Set.of("POST");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        if (partners.authenticate(request.header("authorization")).isEmpty()) {
            throw new RequestException(401, "A partner's bearer token is missing or wrong.");
        }
        List<CompletableFuture<Result>> results = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode event : events(request.body())) {
            results.add(result(request, event, seen).toCompletableFuture());
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(none -> reply(results));
    }

    private record Result(String id, String status, String reason) {}

    private static JsonNode events(byte[] body) {
        JsonNode events;
        try {
            events = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new RequestException(400, "The body is not JSON.");
        } catch (IOException e) {
            throw new RequestException(400, "The body cannot be read.");
        }
        if (events == null || !events.isArray()) {
            throw new RequestException(400, "The body must be an array of events.");
        }
        if (events.size() > MAX_EVENTS) {
            throw new RequestException(413, "A batch must have at most " + MAX_EVENTS + " events.");
        }
        return events;
    }

    private CompletionStage<Result> result(CaptureRequest request, JsonNode json, Set<String> seen) {
        String id = json.path("event").path("id").asText();
        JsonEvent event;
        try {
            event = JsonEvent.of(json);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new Result(id, "refused", e.getMessage()));
        }
        if (!seen.add(event.record().getSchema().getName() + "/" + id)) {
            return CompletableFuture.completedFuture(
                    new Result(id, "duplicate", "an earlier event of this batch has this type and id"));
        }
        return recorder.record(request, event.joinKey(), event.record()).thenApply(outcome -> {
            if (outcome instanceof Outcome.Durable) {
                return new Result(id, "accepted", null);
            }
            return outcome instanceof Outcome.Invalid invalid
                    ? new Result(id, "refused", invalid.reason())
                    : new Result(id, "unavailable", Recorder.UNAVAILABLE);
        });
    }

    private static Reply reply(List<CompletableFuture<Result>> results) {
        ObjectNode document = JSON.createObjectNode();
        ArrayNode array = document.putArray("results");
        for (CompletableFuture<Result> future : results) {
            Result result = future.join();
            ObjectNode node = array.addObject().put("id", result.id()).put("status", result.status());
            if (result.reason() != null) {
                node.put("reason", result.reason());
            }
        }
        try {
            return Reply.of("application/json", JSON.writeValueAsBytes(document));
        } catch (JacksonException e) {
            throw new IllegalStateException("results of a batch cannot be written as JSON", e);
        }
    }
}
