package io.lightflow.reports.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.HttpResponseException;
import io.lightflow.service.sql.StoreException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of requests that fail. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    public static void addTo(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, context) -> Json.write(context, e.problem()));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> Json.write(
                        context,
                        new Problem(
                                "about:blank",
                                e.getMessage(),
                                e.getStatus(),
                                context.method() + " " + context.path() + " cannot be answered",
                                List.of())));
        routes.exception(StoreException.class, (e, context) -> {
            // The message names the cause; a stack trace for each request would fill the log while the database is
            // away.
            LOG.warn("{} {} was answered with an error: {}", context.method(), context.path(), e.getMessage());
            Json.write(context, problem(e));
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            Json.write(
                    context, Problem.of(500, "internal", "Internal error", "the server failed, and its log tells why"));
        });
    }

    private static Problem problem(StoreException e) {
        return switch (e.kind()) {
            case TOO_SLOW ->
                Problem.of(
                        503,
                        "too-slow",
                        "The answer takes too long",
                        "the database was stopped after the time-out of the settings: ask for less, such as a shorter"
                                + " window");
            case CONFLICT ->
                Problem.of(
                        503,
                        "database-conflict",
                        "The database stopped the statement twice",
                        "it stood in the way of something else, such as a dropped partition that a replica replays: try"
                                + " again in a few seconds");
            case AWAY ->
                Problem.of(503, "database-away", "The database is not available", "try again in a few seconds");
        };
    }
}
