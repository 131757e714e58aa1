package io.lightflow.reports.query;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.time.Durations;
import java.time.Duration;

/** {@code GET /v1/why/{id}}: the way of the events with an id. */
public final class WhyApi implements Feature {
    private static final Duration DEFAULT_BACK = Duration.ofHours(1);
    private static final Duration MAX_BACK = Duration.ofDays(1);
    private static final int MAX_ID_LENGTH = 1_024;

    private final QueryEndpoint endpoint;

    public WhyApi(QueryEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public String description() {
        return "why.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/why/{id}", this::follow, ReportsRole.ANALYST);
    }

    private void follow(Context context) {
        Duration back =
                Parameters.of(context, "back").text("back").map(WhyApi::back).orElse(DEFAULT_BACK);
        String id = context.pathParam("id");
        if (id.isBlank() || id.length() > MAX_ID_LENGTH) {
            throw ProblemException.parameter("id", id, "an id of at most " + MAX_ID_LENGTH + " characters");
        }
        QueryTask task =
                QueryTask.ofId(id, RequestPrincipal.of(context).advertiser().orElse(null), back);
        context.contentType(ReportsJson.CONTENT_TYPE)
                .result(endpoint.run(context, task).content());
    }

    private static Duration back(String sent) {
        String allowed = "a duration from 1s to 1d, such as 6h";
        try {
            Duration back = Durations.parse(sent);
            if (back.compareTo(Duration.ofSeconds(1)) >= 0 && back.compareTo(MAX_BACK) <= 0) {
                return back;
            }
        } catch (IllegalArgumentException e) {
            throw ProblemException.parameter("back", sent, allowed);
        }
        throw ProblemException.parameter("back", sent, allowed);
    }
}
