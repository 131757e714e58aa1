package io.lightflow.reports.budget;

import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.Decision;
import io.lightflow.reports.http.RequestPrincipal;
import java.util.Locale;

/** @param decision in lower case, such as go, paused or exhausted_today */
record DecisionResponse(String decision, boolean mayBid) {
    static DecisionResponse of(Decision decision) {
        return new DecisionResponse(decision.name().toLowerCase(Locale.ROOT), decision.mayBid());
    }

    /** Decides about a campaign, which is unknown to accounts of other advertisers. */
    static Decision decide(BudgetGate gate, RequestPrincipal caller, String campaign) {
        if (caller.advertiser().isPresent()) {
            String advertiser = gate.advertiserOf(campaign);
            if (advertiser != null && !caller.maySee(advertiser)) {
                return Decision.UNKNOWN;
            }
        }
        return gate.decide(campaign);
    }
}
