package io.lightflow.reports.gate;

import java.util.Optional;

/**
 * A notification that a commit exhausted the budget of a campaign. It may arrive before a replica shows the commit.
 *
 * @param transaction id of the committed transaction
 */
record ExhaustionNotice(Kind kind, long transaction) {
    enum Kind {
        TOTAL,
        GOAL,
        DAY
    }

    static Optional<Kind> parseKind(String word) {
        return switch (word) {
            case "total" -> Optional.of(Kind.TOTAL);
            case "goal" -> Optional.of(Kind.GOAL);
            case "day" -> Optional.of(Kind.DAY);
            default -> Optional.empty();
        };
    }
}
