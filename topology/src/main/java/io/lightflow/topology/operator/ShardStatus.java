package io.lightflow.topology.operator;

import io.lightflow.position.Position;

/**
 * Where one shard of a topology is.
 *
 * @param shard its number
 * @param position what the ledger holds
 * @param lag offsets between the ledger and the ends of its topics; transaction markers count, so this is an upper
 *     bound of the records to come
 * @param gap what is missing, if the ledger points at records that are gone; null otherwise
 */
public record ShardStatus(int shard, Position position, long lag, String gap) {

    /** Whether everything that is there has been committed. */
    public boolean isCaughtUp() {
        return lag == 0;
    }
}
