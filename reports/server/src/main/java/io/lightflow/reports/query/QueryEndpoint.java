package io.lightflow.reports.query;

import io.javalin.http.Context;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.http.ClientDeparture;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;

/** Runs the query of a request, and responds with its result or with a problem. */
final class QueryEndpoint {
    private static final String RETRY_SECONDS = "2";

    private final Optional<QueryWorkers> workers;

    QueryEndpoint(Optional<QueryWorkers> workers) {
        this.workers = workers;
    }

    /** @param respond writes a result */
    void run(Context context, QueryTask task, BiConsumer<QueryOutcome, InputStream> respond) {
        QueryWorkers available = workers.orElseThrow(() -> new ProblemException(
                501,
                "no-queries",
                "This server runs no queries",
                "its settings lack the section queries, which names the settings of the groups"));
        try {
            QueryWorkers.Result result = run(context, available, task);
            if (result.outcome().status() != QueryOutcome.Status.DONE) {
                throw problem(context, result.outcome());
            }
            respond.accept(result.outcome(), result.content());
        } catch (QueryWorkers.BusyException e) {
            throw busy(context, e.busy());
        }
    }

    private static QueryWorkers.Result run(Context context, QueryWorkers workers, QueryTask task)
            throws QueryWorkers.BusyException {
        ClientDeparture departure = ClientDeparture.of(context.req());
        try {
            return workers.run(task, RequestPrincipal.of(context).name(), departure.stage());
        } catch (CancellationException e) {
            throw new ProblemException(
                    499, "client-left", "The query was ended", "its client has left, or the server stops");
        } finally {
            if (!departure.stop()) {
                context.header("Connection", "close");
            }
        }
    }

    private static ProblemException busy(Context context, QueryWorkers.Busy busy) {
        context.header("Retry-After", RETRY_SECONDS);
        return switch (busy) {
            case ACCOUNT ->
                new ProblemException(
                        429,
                        "too-many-requests",
                        "Too many requests",
                        "this account runs as many queries as it may: retry when one has ended");
            case ALL ->
                new ProblemException(
                        503,
                        "queries-busy",
                        "All processes run queries",
                        "the server runs as many queries as queries.processes of its settings allows: retry in a few"
                                + " seconds");
        };
    }

    private static ProblemException problem(Context context, QueryOutcome outcome) {
        return switch (outcome.status()) {
            case REJECTED -> new ProblemException(422, "query-rejected", "The query cannot be run", outcome.message());
            case NOT_FOUND -> ProblemException.notFound(outcome.message());
            case TIMEOUT -> new ProblemException(503, "too-slow", "The query takes too long", outcome.message());
            case NOT_CONFIGURED ->
                new ProblemException(404, "not-configured", "There is nothing to query", outcome.message());
            case UNAVAILABLE -> {
                context.header("Retry-After", RETRY_SECONDS);
                yield new ProblemException(
                        503, "query-unavailable", "What the query reads is unavailable", outcome.message());
            }
            case FAILED, DONE ->
                new ProblemException(
                        500,
                        "internal",
                        "Internal error",
                        "the server failed, and its log has the cause: " + outcome.message());
        };
    }
}
