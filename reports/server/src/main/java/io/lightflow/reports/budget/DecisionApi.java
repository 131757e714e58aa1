package io.lightflow.reports.budget;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * {@code /v1/decisions}: for many campaigns at once, from memory. One at a time is asked of {@link DecisionHandler},
 * which leaves here what it does not answer.
 */
public final class DecisionApi implements Feature {
    private static final int MOST_CAMPAIGNS = 1_000;

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
                Json.answer(context -> Answer.of(Answer.decide(gate, Caller.of(context), context.pathParam("id")))),
                Role.VIEWER);
        routes.get(
                "/v1/decisions",
                Json.answer(context ->
                        decide(context, Parameters.of(context, "campaign").texts("campaign"))),
                Role.VIEWER);
        routes.post("/v1/decisions", Json.answer(context -> decide(context, listed(context))), Role.VIEWER);
    }

    private static List<String> listed(Context context) {
        JsonNode campaigns = Json.object(context, Json.CONTENT_TYPE).path("campaigns");
        if (!campaigns.isArray()) {
            throw ProblemException.body("{\"campaigns\": [\"id\", …]} was expected");
        }
        return StreamSupport.stream(campaigns.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** @param behindMs how far the statistics lie behind; null if that is not known */
    private record Answers(Map<String, Answer> decisions, boolean stale, long snapshotAgeMs, Long behindMs) {}

    private Answers decide(Context context, List<String> campaigns) {
        if (campaigns.isEmpty() || campaigns.size() > MOST_CAMPAIGNS) {
            throw ProblemException.parameter(
                    "campaign", campaigns.size() + " of them", "sent 1 to " + MOST_CAMPAIGNS + " times");
        }
        Caller caller = Caller.of(context);
        Map<String, Answer> decisions = new LinkedHashMap<>();
        for (String campaign : campaigns) {
            decisions.put(campaign, Answer.of(Answer.decide(gate, caller, campaign)));
        }
        long behind = gate.statisticsBehindMs();
        return new Answers(decisions, gate.isStale(), gate.snapshotAgeMs(), behind < 0 ? null : behind);
    }
}
