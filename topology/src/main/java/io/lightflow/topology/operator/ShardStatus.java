package io.lightflow.topology.operator;

import io.lightflow.position.Position;

/**
 * The state of one shard of a topology.
 *
 * @param shard its number
 * @param position what the ledger holds
 * @param lag offsets between the ledger and the ends of its topics; transaction markers count, so this is an upper
 *     bound of the records to come
 * @param gap what is missing, if the ledger points at records that are gone; null otherwise
 */
public record ShardStatus(int shard, Position position, long lag, Gap gap) {

    /**
     * Records that were deleted before they were read.
     *
     * @param topic the topic that lacks them
     * @param next offset that the shard would read next
     * @param oldest offset of the oldest record that still exists
     */
    public record Gap(String topic, long next, long oldest) {
        @Override
        public String toString() {
            return topic + ": read up to " + next + ", oldest record at " + oldest;
        }
    }

    /** Whether everything that exists is committed. */
    public boolean isCaughtUp() {
        return lag == 0;
    }
}
