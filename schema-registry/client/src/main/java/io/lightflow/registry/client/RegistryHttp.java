package io.lightflow.registry.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Sends a request to the first instance that responds, retries transient failures, and maps the others to exceptions.
 */
final class RegistryHttp {
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int SHOWN_BODY_CHARACTERS = 300;

    private final RegistryClientSettings settings;
    private final HttpClient http;
    /** Null without credentials. */
    private final String authorization;
    /**
     * The instance that responded last. The next request starts there, so it does not wait for an unavailable one each
     * time.
     */
    private volatile int preferred;

    RegistryHttp(RegistryClientSettings settings) {
        this.settings = settings;
        this.authorization = header(settings.credentials());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.connectTimeout())
                // A redirect would send the credentials to another host.
                .followRedirects(authorization == null ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER);
        if (!settings.tls().equals(ClientTlsSettings.JDK)) {
            builder.sslContext(settings.tls().context());
        }
        this.http = builder.build();
    }

    private static String header(Credentials credentials) {
        if (credentials instanceof Credentials.Basic basic) {
            byte[] both = (basic.user() + ":" + basic.password()).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(both);
        }
        return credentials instanceof Credentials.Bearer bearer ? "Bearer " + bearer.token() : null;
    }

    /** @param action the action for messages, such as "Getting schema 12" */
    JsonNode get(String action, String path) {
        return send(action, path, null);
    }

    JsonNode post(String action, String path, JsonNode body) {
        return send(action, path, body.toString());
    }

    /** @param body null to GET, anything else to POST */
    private JsonNode send(String action, String path, String body) {
        long deadline = System.nanoTime() + settings.operationTimeout().toNanos();
        int first = preferred;
        int instances = settings.urls().size();
        List<IOException> failures = new ArrayList<>();
        try {
            for (int round = 0; round < settings.rounds(); round++) {
                pauseBefore(round, deadline);
                for (int i = 0; i < instances; i++) {
                    int index = (first + i) % instances;
                    long remaining = deadline - System.nanoTime();
                    if (remaining <= 0) {
                        throw unavailable(action, "within " + settings.operationTimeout(), failures);
                    }
                    URI url = resolve(settings.urls().get(index), path);
                    try {
                        HttpResponse<String> response =
                                http.send(request(url, body, remaining), BodyHandlers.ofString());
                        if (!isRetryable(response.statusCode())) {
                            preferred = index;
                            return decode(action, response);
                        }
                        failures.add(new IOException(url + " responded with " + summary(response)));
                    } catch (IOException e) {
                        failures.add(new IOException(url + " did not respond: " + e, e));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.add(new IOException("The thread was interrupted", e));
        }
        throw unavailable(action, "in " + failures.size() + " attempts", failures);
    }

    private HttpRequest request(URI url, String body, long remainingNanos) {
        Duration timeout = Duration.ofNanos(Math.min(settings.requestTimeout().toNanos(), remainingNanos));
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(url).timeout(timeout).header("Accept", CONTENT_TYPE + ", application/json");
        if (authorization != null) {
            builder.header("Authorization", authorization);
        }
        return body == null
                ? builder.GET().build()
                : builder.header("Content-Type", CONTENT_TYPE)
                        .POST(BodyPublishers.ofString(body))
                        .build();
    }

    private void pauseBefore(int round, long deadline) throws InterruptedException {
        if (round == 0) {
            return;
        }
        long maxPause = settings.backoff().toNanos() << Math.min(round - 1, 10);
        long pause = ThreadLocalRandom.current().nextLong(maxPause + 1);
        TimeUnit.NANOSECONDS.sleep(Math.min(pause, deadline - System.nanoTime()));
    }

    private static JsonNode decode(String action, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            throw new UnexpectedResponseException(
                    action + " at " + response.uri() + " was denied: " + summary(response)
                            + ". Check the credentials in the settings and their permissions.",
                    null);
        }
        JsonNode json;
        try {
            json = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw unexpected(action, response, e);
        }
        if (status / 100 == 2) {
            return json;
        }
        int errorCode = json.path("error_code").asInt(status);
        String message = action + " at " + response.uri() + ": "
                + json.path("message").asText("no reason given") + " (" + errorCode + ")";
        if (errorCode == 40401 || errorCode == 40402 || errorCode == 40403) {
            throw new SchemaNotFoundException(message);
        }
        if (status == 409 || status == 422) {
            throw new SchemaRejectedException(message, errorCode);
        }
        throw unexpected(action, response, null);
    }

    static UnexpectedResponseException unexpected(String action, String url, String response, Throwable cause) {
        return new UnexpectedResponseException(
                action + " at " + url + " received a response that no schema registry sends: " + response
                        + ". Check that the URL leads to a registry, and that no proxy responds in its place.",
                cause);
    }

    private static UnexpectedResponseException unexpected(
            String action, HttpResponse<String> response, Throwable cause) {
        return unexpected(action, response.uri().toString(), summary(response), cause);
    }

    private RegistryUnavailableException unavailable(String action, String how, List<IOException> failures) {
        IOException last = failures.isEmpty() ? null : failures.get(failures.size() - 1);
        RegistryUnavailableException result = new RegistryUnavailableException(
                action + ": none of " + settings.urls() + " responded " + how
                        + (last == null ? "" : "; last failure: " + last.getMessage()),
                last);
        failures.stream().filter(failure -> failure != last).forEach(result::addSuppressed);
        return result;
    }

    private static boolean isRetryable(int status) {
        return status >= 500 || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT;
    }

    private static String summary(HttpResponse<String> response) {
        String body = response.body().strip();
        String shown = body.length() <= SHOWN_BODY_CHARACTERS ? body : body.substring(0, SHOWN_BODY_CHARACTERS) + "...";
        return "HTTP " + response.statusCode() + " " + shown;
    }

    private static URI resolve(URI base, String path) {
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }
}
