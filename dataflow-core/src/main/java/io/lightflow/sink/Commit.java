package io.lightflow.sink;

import java.util.List;
import java.util.Objects;

/**
 * One atomic step: an output and the positions of the shards that it came from.
 *
 * @param moves the shards, by rising number; not empty
 * @param output what goes out with them
 */
public record Commit<O>(List<ShardMove> moves, O output) {
    public Commit {
        moves = List.copyOf(moves);
        Objects.requireNonNull(output, "output");
        if (moves.isEmpty()) {
            throw new IllegalArgumentException("a commit moves at least one shard");
        }
    }
}
