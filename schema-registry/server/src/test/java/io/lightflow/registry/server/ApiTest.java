package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Runs a server on an empty database for each test, and sends requests to it. */
abstract class ApiTest {
    static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static RegistryTestDatabase database;
    SchemaRegistryServer server;

    @BeforeAll
    static void startDatabase() {
        database = RegistryTestDatabase.shared();
    }

    @BeforeEach
    void start() throws SQLException {
        database.createEmpty();
        server = new SchemaRegistryServer(settings()).start();
    }

    /** The settings of each test's server. */
    RegistryServerSettings settings() throws SQLException {
        return database.settings();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    final int register(String subject, String schema) throws Exception {
        return call("POST", "/subjects/" + subject + "/versions", body(schema), 200)
                .path("id")
                .asInt();
    }

    final void setLevel(String path, String level) throws Exception {
        JsonNode answer = call("PUT", path, "{\"compatibility\":\"" + level + "\"}", 200);
        assertThat(answer.path("compatibility").asText()).isEqualToIgnoringCase(level);
    }

    final JsonNode assertFails(String method, String path, String body, int status, int errorCode) throws Exception {
        JsonNode answer = call(method, path, body, status);
        assertThat(answer.path("error_code").asInt()).as(answer.toString()).isEqualTo(errorCode);
        assertThat(answer.path("message").asText()).isNotBlank();
        return answer;
    }

    final JsonNode get(String path, int status) throws Exception {
        return call("GET", path, null, status);
    }

    final JsonNode call(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> response = send(method, path, body);
        assertThat(response.statusCode())
                .as(method + " " + path + ": " + response.body())
                .isEqualTo(status);
        return json(response.body());
    }

    final HttpResponse<String> send(String method, String path, String body) throws Exception {
        return send(method, server.url(), path, body);
    }

    final HttpResponse<String> send(String method, URI base, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return HTTP.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    static String body(String schema) throws JsonProcessingException {
        return JSON.writeValueAsString(JSON.createObjectNode().put("schema", schema));
    }

    static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }
}
