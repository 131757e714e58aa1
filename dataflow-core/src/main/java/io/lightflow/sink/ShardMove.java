package io.lightflow.sink;

import io.lightflow.position.Position;
import java.util.Objects;

/**
 * The move of one shard's position in a commit.
 *
 * @param shard the shard
 * @param expected position that the ledger must hold before the commit
 * @param next position that the ledger holds after the commit
 */
public record ShardMove(int shard, Position expected, Position next) {
    public ShardMove {
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(next, "next");
    }
}
