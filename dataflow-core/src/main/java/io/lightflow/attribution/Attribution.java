package io.lightflow.attribution;

import java.util.List;

/**
 * The rule that attributes a conversion to a click or an impression. It gets every click and impression of the join key
 * that could count. It must decide by event times and ids alone, never by the order of its arguments (invariant E). A
 * verdict other than {@link Verdict.Undecided} must stay the same when more waiting clicks are resolved.
 *
 * <p>Thread-safe: implementations keep no state.
 */
public interface Attribution {

    /**
     * @param conversion the conversion; every event up to its time has been ingested
     * @param clicks clicks of its join key, in any order
     * @param impressions impressions of its join key within the view-through window, in any order; empty if
     *     view-through attribution is off
     * @param windows the windows of its advertiser when it arrived
     */
    Verdict decide(
            ConversionFacts conversion, List<ClickCandidate> clicks, List<ViewCandidate> impressions, Windows windows);
}
