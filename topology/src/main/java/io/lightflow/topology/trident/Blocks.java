package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import java.util.List;

/**
 * The blocks that one task polled for one batch: the value of the one tuple that it emits.
 *
 * @param topology name of the topology, whose codec carries the entries between workers
 */
public record Blocks(String topology, List<Block> blocks) {
    public Blocks {
        blocks = List.copyOf(blocks);
    }
}
