package io.lightflow.reports.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.http.ClientDeparture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Runs the query of a request. A failure becomes a problem. */
public final class QueryEndpoint {
    private static final String RETRY_SECONDS = "2";

    private final Optional<QueryWorkers> workers;

    /** @param workers empty if the settings have no section for queries */
    public QueryEndpoint(Optional<QueryWorkers> workers) {
        this.workers = workers;
    }

    /**
     * Rows of a statement about events, as {@code /v1/sql} gives them.
     *
     * @param rows an array of objects
     * @param notes what the rows lack, as sentences
     */
    public record EventRows(JsonNode rows, List<String> notes) {}

    /**
     * Runs a statement that the server has written, over the events of a window: archived ones and others. It sees what
     * the account may see.
     *
     * @throws ProblemException if there is no result
     */
    public EventRows rows(Context context, String sql, Instant from, Instant to) {
        QueryTask task = QueryTask.ofStatement(
                sql,
                RequestPrincipal.of(context).advertiser().orElse(null),
                new QueryTask.SqlOptions(from, to, QueryTask.Format.JSON, QueryTask.Unarchived.INCLUDED));
        QueryWorkers.Result result = run(context, task);
        addNotes(context, result.outcome().notes());
        return new EventRows(parsed(result.content()), result.outcome().notes());
    }

    /** Tells the client what a result lacks. */
    static void addNotes(Context context, List<String> notes) {
        if (!notes.isEmpty()) {
            context.header("Lightflow-Notes", String.join(" ", notes));
        }
    }

    private static JsonNode parsed(InputStream content) {
        try (content) {
            return ReportsJson.MAPPER.readTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException("the result of a query cannot be read", e);
        }
    }

    /**
     * Runs the query of a request.
     *
     * @return the caller closes the content
     * @throws ProblemException if there is no result
     */
    QueryWorkers.Result run(Context context, QueryTask task) {
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
            return result;
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
