package io.lightflow.reports.gate;

import java.util.Optional;

/**
 * A notification that a commit used up the budget of a campaign. It may be known before a replica shows the commit.
 *
 * @param transaction id of the transaction that was committed
 */
record Cut(Kind kind, long transaction) {
    enum Kind {
        TOTAL,
        GOAL,
        DAY
    }

    static Optional<Kind> kind(String word) {
        return switch (word) {
            case "total" -> Optional.of(Kind.TOTAL);
            case "goal" -> Optional.of(Kind.GOAL);
            case "day" -> Optional.of(Kind.DAY);
            default -> Optional.empty();
        };
    }
}
