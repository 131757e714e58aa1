package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import java.util.List;

/**
 * What one task polled for one batch: the value of the one tuple that it emits.
 *
 * @param topology its name, which tells how the entries are carried between workers
 */
public record Blocks(String topology, List<Block> blocks) {
    public Blocks {
        blocks = List.copyOf(blocks);
    }
}
