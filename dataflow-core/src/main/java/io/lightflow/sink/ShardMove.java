package io.lightflow.sink;

import io.lightflow.position.Position;
import java.util.Objects;

/**
 * How one shard's position moves in a commit.
 *
 * @param shard the shard
 * @param expected position that the ledger must hold
 * @param next position that it will hold
 */
public record ShardMove(int shard, Position expected, Position next) {
    public ShardMove {
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(next, "next");
    }
}
