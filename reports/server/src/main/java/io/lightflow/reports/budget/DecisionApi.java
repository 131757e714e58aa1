package io.lightflow.reports.budget;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * {@code /v1/decisions}: decisions about many campaigns, from memory. {@link DecisionHandler} serves single decisions,
 * and passes on all requests that it does not handle.
 */
public final class DecisionApi implements Feature {
    private static final int MAX_CAMPAIGNS = 1_000;

    private final BudgetGate gate;

    public DecisionApi(BudgetGate gate) {
        this.gate = gate;
    }

    @Override
    public String description() {
        return "decisions.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(
                "/v1/campaigns/{id}/decision",
                ReportsJson.handler(context -> DecisionResponse.of(
                        DecisionResponse.decide(gate, RequestPrincipal.of(context), context.pathParam("id")))),
                ReportsRole.VIEWER);
        routes.get(
                "/v1/decisions",
                ReportsJson.handler(context ->
                        decide(context, Parameters.of(context, "campaign").strings("campaign"))),
                ReportsRole.VIEWER);
        routes.post(
                "/v1/decisions", ReportsJson.handler(context -> decide(context, listed(context))), ReportsRole.VIEWER);
    }

    private static List<String> listed(Context context) {
        JsonNode campaigns =
                ReportsJson.object(context, ReportsJson.CONTENT_TYPE).path("campaigns");
        if (!campaigns.isArray()) {
            throw ProblemException.body("expected {\"campaigns\": [\"id\", …]}, found another body");
        }
        return StreamSupport.stream(campaigns.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** @param behindMs lag of the statistics; null if unknown */
    private record DecisionsResponse(
            Map<String, DecisionResponse> decisions, boolean stale, long snapshotAgeMs, Long behindMs) {}

    private DecisionsResponse decide(Context context, List<String> campaigns) {
        if (campaigns.isEmpty() || campaigns.size() > MAX_CAMPAIGNS) {
            throw ProblemException.parameter(
                    "campaign", campaigns.size() + " of them", "sent 1 to " + MAX_CAMPAIGNS + " times");
        }
        RequestPrincipal caller = RequestPrincipal.of(context);
        Map<String, DecisionResponse> decisions = new LinkedHashMap<>();
        for (String campaign : campaigns) {
            decisions.put(campaign, DecisionResponse.of(DecisionResponse.decide(gate, caller, campaign)));
        }
        long behind = gate.statisticsLagMs();
        return new DecisionsResponse(decisions, gate.isStale(), gate.snapshotAgeMs(), behind < 0 ? null : behind);
    }
}
