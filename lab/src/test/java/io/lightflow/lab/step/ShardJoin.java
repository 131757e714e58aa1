package io.lightflow.lab.step;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.schema.RegistrySchemas;
import java.util.List;
import java.util.function.Consumer;

/** Joins the blocks of a shard, one after the other. */
final class ShardJoin {
    private static final long ATTEMPT = 1;

    private final JoinStep step;
    private final JoinStore store;
    private Position position = Position.START;

    ShardJoin(RegistrySchemas schemas, JoinStore store) {
        this(JoinSettings.defaults("us"), schemas, store);
    }

    ShardJoin(JoinSettings settings, RegistrySchemas schemas, JoinStore store) {
        this.step = new JoinStep(settings, new LastClick(), schemas.ids(), schemas);
        this.store = store;
    }

    /** @param outputs takes those of each block */
    Position run(List<Block> blocks, Consumer<List<OutputEvent>> outputs) {
        for (Block block : blocks) {
            StepResult result = step.run(position, block, ATTEMPT, store);
            store.write(List.of(result.write(block.shard())));
            position = result.position();
            outputs.accept(result.outputs());
        }
        return position;
    }
}
