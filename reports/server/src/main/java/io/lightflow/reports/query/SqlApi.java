package io.lightflow.reports.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemDetails.InvalidParameter;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code POST /v1/sql}: one SELECT statement over the events and the statistics. */
public final class SqlApi implements Feature {
    private static final Set<String> FIELDS = Set.of("sql", "from", "to", "archived_only");
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "json", ReportsJson.CONTENT_TYPE,
            "csv", "text/csv; charset=utf-8",
            "parquet", "application/vnd.apache.parquet");

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private final QueryEndpoint endpoint;

    public SqlApi(QueryEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public String description() {
        return "sql.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/sql", this::run, ReportsRole.ANALYST);
    }

    private void run(Context context) {
        String format = Parameters.of(context, "format")
                .oneOf("format", List.of("json", "csv", "parquet"))
                .orElse("json");
        QueryTask task = task(context, format);
        QueryWorkers.Result result = endpoint.run(context, task);
        context.contentType(CONTENT_TYPES.get(format))
                .header("Lightflow-Rows", Long.toString(result.outcome().rows()))
                .result(result.content());
        QueryEndpoint.addNotes(context, result.outcome().notes());
        if (!format.equals("json")) {
            context.header("Content-Disposition", "attachment; filename=\"result." + format + "\"");
        }
    }

    private static QueryTask task(Context context, String format) {
        JsonNode body = ReportsJson.object(context, ReportsJson.CONTENT_TYPE);
        List<InvalidParameter> errors = new ArrayList<>();
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                errors.add(new InvalidParameter(name, body.get(name).toString(), "omitted: unknown field"));
            }
        });
        JsonNode sql = body.path("sql");
        if (!sql.isTextual() || sql.asText().isBlank()) {
            errors.add(new InvalidParameter("sql", sent(sql), "a SELECT statement"));
        }
        JsonNode archivedOnly = body.path("archived_only");
        if (!isAbsent(archivedOnly) && !archivedOnly.isBoolean()) {
            errors.add(new InvalidParameter("archived_only", sent(archivedOnly), "true or false"));
        }
        Instant from = time(body, "from", errors);
        Instant to = time(body, "to", errors);
        if (!errors.isEmpty()) {
            throw ProblemException.fields(errors);
        }
        return QueryTask.ofStatement(
                sql.asText(),
                RequestPrincipal.of(context).advertiser().orElse(null),
                new QueryTask.SqlOptions(
                        from,
                        to,
                        QueryTask.Format.valueOf(format.toUpperCase(Locale.ROOT)),
                        archivedOnly.asBoolean() ? QueryTask.Unarchived.LEFT_OUT : QueryTask.Unarchived.INCLUDED));
    }

    private static Instant time(JsonNode body, String field, List<InvalidParameter> errors) {
        JsonNode value = body.path(field);
        if (isAbsent(value)) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(value.asText()).toInstant();
            if (time.isAfter(EARLIEST) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeException e) {
            errors.add(
                    new InvalidParameter(field, sent(value), "a time with its offset, such as 2026-01-01T00:00:00Z"));
            return null;
        }
        errors.add(new InvalidParameter(field, sent(value), "a time between 1970 and 9999"));
        return null;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static String sent(JsonNode value) {
        return isAbsent(value) ? null : value.toString();
    }
}
