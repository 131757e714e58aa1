package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import java.util.List;

/**
 * The blocks that one task polled for one batch: the value of the one tuple that it emits.
 *
 * @param topology name of the topology, whose codec carries the entries between workers
 * @param end tells the spout's task when the loop is done with the blocks
 */
public record Blocks(String topology, List<Block> blocks, BatchEnd end) {
    public Blocks {
        blocks = List.copyOf(blocks);
    }

    public Blocks(String topology, List<Block> blocks) {
        this(topology, blocks, new BatchEnd());
    }
}
