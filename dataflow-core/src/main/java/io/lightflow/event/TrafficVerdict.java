package io.lightflow.event;

/**
 * The judgment of an event by the traffic rules. Events are marked and never dropped.
 *
 * @param rule the rule that the event matches; null if it matches none
 * @param shadow whether the rule is in shadow mode, so that the event stays valid
 * @param version version of the rules that judged the event; 0 if there were none
 */
public record TrafficVerdict(TrafficRule rule, boolean shadow, int version) {
    /** There were no rules. */
    public static final TrafficVerdict NONE = new TrafficVerdict(null, false, 0);

    public TrafficVerdict {
        if (shadow && (rule == null || !rule.mayBeShadow())) {
            throw new IllegalArgumentException("expected a rule that may be in shadow mode, found " + rule);
        }
    }

    /** Whether the event is invalid traffic: counted apart and not billed. */
    public boolean isInvalid() {
        return rule != null && !shadow;
    }

    /** This verdict with one more matching rule. The first enforced rule wins, and then the first in shadow mode. */
    public TrafficVerdict and(TrafficRule other, boolean otherShadow) {
        if (isInvalid() || rule != null && otherShadow) {
            return this;
        }
        return new TrafficVerdict(other, otherShadow, version);
    }
}
