package io.lightflow.reports.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.Role;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** The paths that tell of the server itself, and of who asks. */
final class Overview implements Feature {
    private final Sql replica;
    private final HttpMetrics metrics;

    Overview(Sql replica, HttpMetrics metrics) {
        this.replica = replica;
        this.metrics = metrics;
    }

    @Override
    public String description() {
        return "overview.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/health/live", Json.answer(context -> Map.of("status", "up")), Role.OPEN);
        routes.get("/health/ready", this::ready, Role.OPEN);
        routes.get("/metrics", this::scrape, Role.VIEWER);
        routes.get("/v1/me", Json.answer(context -> me(Caller.of(context))), Role.VIEWER);
    }

    private record Me(String name, String role, String advertiser) {}

    private static Me me(Caller caller) {
        return new Me(
                caller.name(),
                caller.role().name().toLowerCase(Locale.ROOT),
                caller.advertiser().orElse(null));
    }

    private void scrape(Context context) throws IOException {
        Caller.of(context).requireAllAdvertisers();
        metrics.scrape(context);
    }

    private void ready(Context context) {
        if (!replica.isReachable()) {
            throw new ProblemException(
                    503, "database-away", "The database is not available", "the replica cannot be reached");
        }
        Json.write(context, Map.of("status", "ready"));
    }
}
