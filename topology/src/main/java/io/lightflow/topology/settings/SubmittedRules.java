package io.lightflow.topology.settings;

/**
 * Rules of the join that a submission put into force, until the next one with other rules.
 *
 * @param sinceMs when they were submitted, ms since the Unix epoch; 0 if that is not known
 */
public record SubmittedRules(long sinceMs, JoinRules rules) {
    public SubmittedRules {
        Require.present("rules", rules);
    }
}
