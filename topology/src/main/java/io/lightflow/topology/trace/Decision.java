package io.lightflow.topology.trace;

import java.util.List;

/**
 * What the join decided about an event, and why.
 *
 * @param text in one sentence
 * @param related the events that took part
 * @param missing what the decision waits for
 */
record Decision(Fate fate, String text, List<RelatedEvent> related, List<Pending> missing) {

    static Decision of(Fate fate, String text) {
        return new Decision(fate, text, List.of(), List.of());
    }
}
