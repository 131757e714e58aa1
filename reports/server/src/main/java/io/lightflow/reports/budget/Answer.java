package io.lightflow.reports.budget;

import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.Decision;
import io.lightflow.reports.http.Caller;
import java.util.Locale;

/** @param decision in lower case, such as go, paused or exhausted_today */
record Answer(String decision, boolean mayBid) {
    static Answer of(Decision decision) {
        return new Answer(decision.name().toLowerCase(Locale.ROOT), decision.mayBid());
    }

    /** To an account of another advertiser, a campaign is unknown. */
    static Decision decide(BudgetGate gate, Caller caller, String campaign) {
        if (caller.advertiser().isPresent()) {
            String advertiser = gate.advertiserOf(campaign);
            if (advertiser != null && !caller.maySee(advertiser)) {
                return Decision.UNKNOWN;
            }
        }
        return gate.decide(campaign);
    }
}
