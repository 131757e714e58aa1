package io.lightflow.registry.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** One of the two registries. */
final class Remote {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    /** One for all: each has a thread that ends no sooner than the client is collected. */
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final URI url;
    private final Optional<String> authorization;

    /** @param authorization the header of that name */
    Remote(URI url, Optional<String> authorization) {
        String text = url.toString();
        this.url = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
        this.authorization = authorization;
    }

    /** What was answered: the body, or why it was refused. */
    record Answer(int status, JsonNode body) {
        boolean isDone() {
            return status / 100 == 2;
        }

        String refusal() {
            return body.path("message").asText("HTTP " + status) + " ("
                    + body.path("error_code").asInt(status) + ")";
        }
    }

    /** @throws SyncException if it is not there, or answers with anything but success */
    JsonNode get(String path) {
        Answer answer = send("GET", path, null);
        if (!answer.isDone()) {
            throw new SyncException(url + path + " was answered with: " + answer.refusal(), null);
        }
        return answer.body();
    }

    /** @return empty if there is none */
    Optional<JsonNode> find(String path) {
        Answer answer = send("GET", path, null);
        if (answer.status() == 404) {
            return Optional.empty();
        }
        if (!answer.isDone()) {
            throw new SyncException(url + path + " was answered with: " + answer.refusal(), null);
        }
        return Optional.of(answer.body());
    }

    /** @return also a refusal that has to do with what is there; anything else is thrown */
    Answer put(String path, JsonNode body) {
        Answer answer = send("PUT", path, body);
        if (!answer.isDone() && answer.status() != 409 && answer.status() != 422) {
            throw new SyncException("Writing to " + url + path + " was answered with: " + answer.refusal(), null);
        }
        return answer;
    }

    private Answer send(String method, String path, JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Accept", CONTENT_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
        authorization.ifPresent(value -> request.header("Authorization", value));
        if (body != null) {
            request.header("Content-Type", CONTENT_TYPE);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (JsonProcessingException e) {
            throw new SyncException(url + path + " gave an answer that no schema registry gives: no JSON", e);
        } catch (IOException e) {
            throw new SyncException("The registry at " + url + " could not be asked: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException("Interrupted while " + url + " was asked", e);
        }
    }

    static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
