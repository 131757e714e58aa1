package io.lightflow.topology.certificate;

import java.util.Locale;

/**
 * The categories that the events of an hour are counted in. For each shard and type they balance, unless a difference
 * is reported:
 *
 * <pre>
 * FRONT + TWICE - UNDER_WAY = IN (where the front cluster was counted)
 * IN = JOINED + WAITING + ORPHANED + UNATTRIBUTED + DUPLICATE + REJECTED
 * </pre>
 */
enum AuditCategory {
    /** Events in the front clusters. */
    FRONT,
    /** Copies that the mirror made of events that it had copied before. */
    TWICE,
    /** Events in the front clusters that the join has not read yet: behind all that it has read of their partition. */
    UNDER_WAY,
    /** Events in the light topics of the central cluster, up to the join's position. */
    IN,
    JOINED,
    /** Clicks without an impression and undecided conversions, as long as the rules let them wait. */
    WAITING,
    ORPHANED,
    UNATTRIBUTED,
    DUPLICATE,
    REJECTED,
    /** Events that were due but not emitted: a difference each. */
    LOST;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
