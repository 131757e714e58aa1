package io.lightflow.reports.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.HttpResponseException;
import io.lightflow.service.sql.DatabaseException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps failures of requests to problem responses. */
public final class ErrorHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorHandlers.class);

    private ErrorHandlers() {}

    public static void addTo(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, context) -> ReportsJson.write(context, e.problem()));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> ReportsJson.write(
                        context,
                        new ProblemDetails(
                                "about:blank",
                                e.getMessage(),
                                e.getStatus(),
                                context.method() + " " + context.path() + " failed",
                                List.of())));
        routes.exception(DatabaseException.class, (e, context) -> {
            // Sql logs an outage once.
            if (e.kind() != DatabaseException.Kind.UNAVAILABLE) {
                LOG.warn("{} {} failed: {}", context.method(), context.path(), e.getMessage());
            }
            ReportsJson.write(context, problem(e));
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            ReportsJson.write(
                    context,
                    ProblemDetails.of(500, "internal", "Internal error", "the server failed; its log has the cause"));
        });
    }

    /** The body for a request that reaches no path, such as one with a broken escape in its URL. */
    public static String invalidRequest(int status, String message) {
        ProblemDetails problem = new ProblemDetails(
                "about:blank", message, status, "the server cannot read the request: check its URL", List.of());
        return new String(ReportsJson.bytes(problem), StandardCharsets.UTF_8);
    }

    private static ProblemDetails problem(DatabaseException e) {
        return switch (e.kind()) {
            case TIMEOUT ->
                ProblemDetails.of(
                        503,
                        "too-slow",
                        "The query takes too long",
                        "the database cancelled the query at the timeout of the settings: request less data, such as a"
                                + " shorter window");
            case CONFLICT ->
                ProblemDetails.of(
                        503,
                        "database-conflict",
                        "The database cancelled the query twice",
                        "it conflicted with another operation, such as a dropped partition that a replica"
                                + " replays: retry"
                                + " in a few seconds");
            case UNAVAILABLE, FAILED ->
                ProblemDetails.of(503, "database-away", "The database is not available", "retry in a few seconds");
        };
    }
}
