package io.lightflow.reports.gate;

import java.util.Optional;

/**
 * The budget of a campaign is exhausted by the table at which the gate listens. A replica may show that later.
 *
 * @param seenUpTo the id that the next transaction had when the table was read: a snapshot that contains all
 *     transactions before it also shows the commit
 */
record ExhaustionNotice(Kind kind, long seenUpTo) {
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
