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
import javax.net.ssl.SSLContext;

/** One of the two registries, over HTTP. */
final class RemoteRegistry {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    /** Shared, because each client has a thread that lives until the client is garbage-collected. */
    private static final HttpClient DEFAULT = client(Optional.empty());

    private final URI url;
    private final Optional<String> authorization;
    private final HttpClient http;

    /** Without credentials. */
    RemoteRegistry(URI url) {
        this(url, Optional.empty(), DEFAULT);
    }

    /**
     * @param authorization the Authorization header
     * @param http may serve several registries
     */
    RemoteRegistry(URI url, Optional<String> authorization, HttpClient http) {
        this.http = http;
        String text = url.toString();
        this.url = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
        this.authorization = authorization;
    }

    /** @param authorities empty for those that Java trusts */
    static HttpClient client(Optional<SSLContext> authorities) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        authorities.ifPresent(builder::sslContext);
        return builder.build();
    }

    /** A response: the body, or the reason of a failure. */
    record Response(int status, JsonNode body) {
        boolean isDone() {
            return status / 100 == 2;
        }

        String refusal() {
            return body.path("message").asText("HTTP " + status) + " ("
                    + body.path("error_code").asInt(status) + ")";
        }
    }

    /** @throws SyncException if the registry is unavailable, or the request fails */
    JsonNode get(String path) {
        Response response = send("GET", path, null);
        if (!response.isDone()) {
            throw new SyncException(url + path + " failed: " + response.refusal(), null);
        }
        return response.body();
    }

    /** @return empty if there is none */
    Optional<JsonNode> find(String path) {
        Response response = send("GET", path, null);
        if (response.status() == 404) {
            return Optional.empty();
        }
        if (!response.isDone()) {
            throw new SyncException(url + path + " failed: " + response.refusal(), null);
        }
        return Optional.of(response.body());
    }

    /** @return success, or a rejection because of existing data; other failures are thrown */
    Response put(String path, JsonNode body) {
        Response response = send("PUT", path, body);
        if (!response.isDone() && response.status() != 409 && response.status() != 422) {
            throw new SyncException("Writing to " + url + path + " failed: " + response.refusal(), null);
        }
        return response;
    }

    private Response send(String method, String path, JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Accept", CONTENT_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
        authorization.ifPresent(value -> request.header("Authorization", value));
        if (body != null) {
            request.header("Content-Type", CONTENT_TYPE);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Response(response.statusCode(), JSON.readTree(response.body()));
        } catch (JsonProcessingException e) {
            throw new SyncException(url + path + " returned a response that no schema registry sends: no JSON", e);
        } catch (IOException e) {
            throw new SyncException("The registry at " + url + " did not respond: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException("Interrupted while waiting for " + url, e);
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
