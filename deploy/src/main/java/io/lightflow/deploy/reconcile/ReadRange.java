package io.lightflow.deploy.reconcile;

/**
 * Offsets of a topic-partition that were read.
 *
 * @param incarnation first 32 bits of the topic id
 * @param partition the shard
 * @param from first offset that was read; before it there is no record that could be of the hour, or none at all
 * @param to offset after the last one that was read
 * @param begin oldest offset that still exists
 */
record ReadRange(String topic, int incarnation, int partition, long from, long to, long begin) {
    /** Whether deleted records may have been of the hour. */
    boolean mayBeCutOff() {
        return begin > 0 && from == begin;
    }
}
