package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * Something that prevents the certification of an hour.
 *
 * @param what its kind, for programs
 * @param cluster where it is: {@code central}, or the data center of a front cluster
 * @param topic the topic of the record in question
 * @param partition of that record, which is the shard
 * @param offset of that record; with {@link What#DELETED} the first offset that is still there
 * @param type type of the light event
 * @param words the same as a sentence
 */
record Difference(What what, String cluster, String topic, int partition, long offset, EventType type, String words) {
    enum What {
        /** A light event that was not emitted. */
        NOT_PUT_OUT,
        /** An event that was emitted twice. */
        PUT_OUT_TWICE,
        /** An output without a light event. */
        NO_LIGHT_EVENT,
        /** An event of a front cluster that is not in the central one. */
        NOT_MIRRORED,
        /** An event of the central cluster that its front cluster does not have. */
        NOT_IN_FRONT,
        /** Light records that may be of the hour are gone. */
        DELETED
    }

    @Override
    public String toString() {
        return "shard " + partition + ", " + topic + "-" + partition + " at offset " + offset
                + (cluster.equals(CENTRAL) ? "" : " in front cluster " + cluster) + ": " + words;
    }

    static final String CENTRAL = "central";
}
