package io.lightflow.invariant;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The outcome of one event, without details that may differ between two correct runs (offsets, transactions).
 *
 * @param joinKey its join key
 * @param kind kind of the output, such as {@code conversion}
 * @param id the event's id
 * @param fate what it was joined with
 */
public record Outcome(String joinKey, String kind, String id, String fate) {
    private static final Comparator<Outcome> ORDER = Comparator.comparing(Outcome::joinKey)
            .thenComparing(Outcome::kind)
            .thenComparing(Outcome::id)
            .thenComparing(Outcome::fate);

    static Outcome impression(String joinKey, String id) {
        return new Outcome(joinKey, "impression", id, "");
    }

    static Outcome tag(String joinKey, String id) {
        return new Outcome(joinKey, "tag", id, "");
    }

    static Outcome click(String joinKey, String id, String impressionId) {
        return new Outcome(joinKey, "click", id, "on impression " + impressionId);
    }

    static Outcome orphan(String joinKey, String id) {
        return new Outcome(joinKey, "click", id, "orphan");
    }

    static Outcome toClick(String joinKey, String id, String clickId, String impressionId, int clickNumber) {
        return new Outcome(
                joinKey,
                "conversion",
                id,
                "by click " + clickId + " #" + clickNumber + " on impression " + impressionId);
    }

    static Outcome toView(String joinKey, String id, String impressionId) {
        return new Outcome(joinKey, "conversion", id, "by view of impression " + impressionId);
    }

    static Outcome unattributed(String joinKey, String id) {
        return new Outcome(joinKey, "conversion", id, "by nothing");
    }

    public static List<Outcome> sorted(Collection<Outcome> outcomes) {
        return outcomes.stream().sorted(ORDER).toList();
    }
}
