package io.lightflow.topology.certificate;

import java.util.Locale;

/**
 * What is counted of an hour. These balance, for each shard and type, unless a difference is named:
 *
 * <pre>
 * FRONT + TWICE - UNDER_WAY = IN (where the front cluster was counted)
 * IN = JOINED + WAITING + ORPHANED + UNATTRIBUTED + DUPLICATE + REJECTED
 * </pre>
 */
enum Column {
    /** Events in the front clusters. */
    FRONT,
    /** Copies that the mirror has made of events that it had copied. */
    TWICE,
    /**
     * Events in the front clusters that the join has not read yet: later than all that it has read of their partition.
     */
    UNDER_WAY,
    /** Events in the light topics of the central cluster, up to the join's position. */
    IN,
    JOINED,
    /**
     * Clicks without an impression yet, and conversions that are not decided yet, as long as the rules let them wait.
     */
    WAITING,
    ORPHANED,
    UNATTRIBUTED,
    DUPLICATE,
    REJECTED,
    /** Events of which nothing was put out, although it was due: a difference each. */
    LOST;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
