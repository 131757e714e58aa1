package io.lightflow.sink;

import java.util.List;
import java.util.Objects;

/**
 * One atomic step: an output, and the moves of the shards that it came from.
 *
 * @param moves one for each shard, by ascending shard number; not empty
 * @param output the output, committed together with the moves
 */
public record Commit<O>(List<ShardMove> moves, O output) {
    public Commit {
        moves = List.copyOf(moves);
        Objects.requireNonNull(output, "output");
        if (moves.isEmpty()) {
            throw new IllegalArgumentException("expected a commit of at least one shard, found none");
        }
    }
}
