package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * Something that an hour cannot be certified with.
 *
 * @param what in one word, for programs
 * @param cluster where it is: {@code central}, or the data center of a front cluster
 * @param topic of the record that it is about
 * @param partition of that record, which is the shard
 * @param offset of that record; with {@link What#DELETED} the first offset that is still there
 * @param type kind of light event
 * @param words the same in words
 */
record Difference(What what, String cluster, String topic, int partition, long offset, EventType type, String words) {
    enum What {
        /** A light event of which nothing was put out. */
        NOT_PUT_OUT,
        /** An event that was put out twice. */
        PUT_OUT_TWICE,
        /** Something was put out that no light event tells of. */
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
