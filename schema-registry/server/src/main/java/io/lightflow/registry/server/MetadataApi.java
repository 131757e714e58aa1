package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The paths for the registry itself: metadata, contexts, metrics and health. */
final class MetadataApi {
    private static final Map<String, String> VERSION = Map.of(
            "version",
            Objects.requireNonNullElse(MetadataApi.class.getPackage().getImplementationVersion(), "Unknown"),
            "commitId",
            "Unknown");

    private final Sql sql;
    private final SubjectStore subjects;
    private final VersionDeleter deletion;
    private final HttpMetrics metrics;
    private final AuditLog audit;

    MetadataApi(Sql sql, SubjectStore subjects, VersionDeleter deletion, HttpMetrics metrics, AuditLog audit) {
        this.sql = sql;
        this.subjects = subjects;
        this.deletion = deletion;
        this.metrics = metrics;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes, ContextRoutes inContexts) {
        routes.get("/", RegistryJson.json(context -> Map.of()), RegistryRole.READ);
        inContexts.get("/contexts", RegistryJson.json(this::contexts), RegistryRole.READ);
        routes.delete("/contexts/{context}", this::deleteContext, RegistryRole.WRITE);
        routes.get("/v1/metadata/id", RegistryJson.json(context -> clusterId()), RegistryRole.READ);
        routes.get("/v1/metadata/version", RegistryJson.json(context -> VERSION), RegistryRole.READ);
        routes.get(
                "/v1/metadata/deployment",
                RegistryJson.json(context -> Map.of("attributes", List.of())),
                RegistryRole.READ);
        routes.get("/metrics", metrics::scrape, RegistryRole.READ);
        routes.get("/health/live", RegistryJson.json(context -> Map.of("status", "up")), RegistryRole.OPEN);
        routes.get("/health/ready", this::ready, RegistryRole.OPEN);
    }

    private Object contexts(Context context) {
        String prefix = Optional.ofNullable(context.queryParam("contextPrefix")).orElse("");
        return subjects.contexts(prefix, RegistryJson.page(context));
    }

    private void deleteContext(Context context) {
        String prefix = RequestPaths.contextPrefix(context);
        if (prefix.isEmpty()) {
            throw ApiException.notPermitted("The default context cannot be deleted. Delete its subjects instead");
        }
        deletion.deleteContext(prefix);
        audit.changed(context, "delete-context", prefix);
        context.status(HttpStatus.NO_CONTENT);
    }

    private record ClusterId(Scope scope, String id) {}

    private record Scope(List<String> path, Map<String, String> clusters) {}

    /** The registry has no Kafka cluster. */
    private ClusterId clusterId() {
        String id = sql.query(
                        "get the registry's id",
                        connection -> Sql.first(
                                connection, "SELECT id::text FROM registry.identity", row -> row.getString(1)))
                .orElseThrow();
        return new ClusterId(new Scope(List.of(), Map.of("kafka-cluster", "", "schema-registry-cluster", id)), "");
    }

    private void ready(Context context) throws JsonProcessingException {
        if (sql.isReachable()) {
            RegistryJson.write(context, Map.of("status", "ready"));
        } else {
            RegistryJson.fail(context, 503, RegistryApi.STORE_ERROR, "The registry's database is not available.");
        }
    }
}
