package io.lightflow.reports.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.http.HttpMetrics;
import io.lightflow.service.sql.Sql;
import java.io.IOException;
import java.util.Map;

/** The paths for the server itself (health and metrics), and for the account of a request. */
final class ServerStatusApi implements Feature {
    private final Sql replica;
    private final HttpMetrics metrics;

    ServerStatusApi(Sql replica, HttpMetrics metrics) {
        this.replica = replica;
        this.metrics = metrics;
    }

    @Override
    public String description() {
        return "overview.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/health/live", ReportsJson.handler(context -> Map.of("status", "up")), ReportsRole.OPEN);
        routes.get("/health/ready", this::ready, ReportsRole.OPEN);
        routes.get("/metrics", this::scrape, ReportsRole.VIEWER);
        routes.get("/v1/me", ReportsJson.handler(context -> me(RequestPrincipal.of(context))), ReportsRole.VIEWER);
    }

    private record Me(String name, String role, String advertiser) {}

    private static Me me(RequestPrincipal caller) {
        return new Me(caller.name(), caller.role().label(), caller.advertiser().orElse(null));
    }

    private void scrape(Context context) throws IOException {
        RequestPrincipal.of(context).requireAllAdvertisers();
        metrics.scrape(context);
    }

    private void ready(Context context) {
        if (!replica.isReachable()) {
            throw new ProblemException(
                    503, "database-away", "The database is not available", "the replica is unreachable");
        }
        ReportsJson.write(context, Map.of("status", "ready"));
    }
}
