package io.lightflow.reports.gate;

import java.util.Optional;

/**
 * A payload of the channel {@code lightflow_budget}: schema, kind, transaction id and campaign, separated by spaces.
 * Any database user may send one, so it is only a hint to look at the table.
 */
record BudgetNotification(Claim claim, String campaign) {
    private static final int WORDS = 4;

    enum Claim {
        /** A commit exhausted the campaign's budget. */
        EXHAUSTED,
        /** Somebody changed the campaign. */
        CHANGED
    }

    /** Empty for a payload of another schema, or of another form. */
    static Optional<BudgetNotification> parse(String payload, String schema) {
        String[] words = payload == null ? new String[0] : payload.split(" ", WORDS);
        if (words.length < WORDS || !words[0].equals(schema)) {
            return Optional.empty();
        }
        Claim claim = ExhaustionNotice.parseKind(words[1]).isPresent() ? Claim.EXHAUSTED : Claim.CHANGED;
        return Optional.of(new BudgetNotification(claim, words[3]));
    }
}
