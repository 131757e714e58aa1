package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.Role;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import java.util.List;
import java.util.Map;

/** The paths that tell of the registry itself. */
final class OverviewApi {
    private final Sql sql;
    private final HttpMetrics metrics;

    OverviewApi(Sql sql, HttpMetrics metrics) {
        this.sql = sql;
        this.metrics = metrics;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/", Answers.json(context -> Map.of()), Role.READ);
        routes.get("/contexts", Answers.json(context -> List.of(".")), Role.READ);
        routes.get("/v1/metadata/id", Answers.json(context -> clusterId()), Role.READ);
        routes.get("/metrics", metrics::scrape, Role.READ);
        routes.get("/health/live", Answers.json(context -> Map.of("status", "up")), Role.OPEN);
        routes.get("/health/ready", this::ready, Role.OPEN);
    }

    private record ClusterId(Scope scope, String id) {}

    private record Scope(List<String> path, Map<String, String> clusters) {}

    /** There is no Kafka cluster behind it. */
    private ClusterId clusterId() {
        String id = sql.ask(
                        "get the registry's id",
                        connection -> Sql.first(
                                connection, "SELECT id::text FROM registry.identity", row -> row.getString(1)))
                .orElseThrow();
        return new ClusterId(new Scope(List.of(), Map.of("kafka-cluster", "", "schema-registry-cluster", id)), "");
    }

    private void ready(Context context) throws JsonProcessingException {
        if (sql.isReachable()) {
            Answers.write(context, Map.of("status", "ready"));
        } else {
            Answers.fail(context, 503, RegistryApi.STORE_ERROR, "The registry's database is not available.");
        }
    }
}
