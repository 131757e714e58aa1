package io.lightflow.attribution;

import io.lightflow.event.Conversion;
import java.util.List;

/**
 * The rule that gives a conversion to a click or an impression. It sees every click and impression of the join key that
 * could count, and must decide by event times and ids alone, never by the order of its arguments (invariant E). It must
 * be final: once a verdict is not {@link Verdict.Undecided}, it stays when more waiting clicks are resolved.
 *
 * <p>Thread-safe: implementations keep no state.
 */
public interface Attribution {

    /**
     * @param conversion the conversion, when every event up to its time has been seen
     * @param clicks clicks of its join key, in any order
     * @param impressions impressions of its join key within the view-through window, in any order; empty if that is off
     * @param windows those of its advertiser
     */
    Verdict decide(
            Conversion conversion, List<ClickCandidate> clicks, List<ViewCandidate> impressions, Windows windows);
}
