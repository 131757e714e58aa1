package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.OutputTooLargeException;
import io.lightflow.join.StepBounds;
import io.lightflow.join.StepResult;
import io.lightflow.store.MemoryJoinStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No block has more outputs than fit into memory (invariant K), although each click repeats its impression. */
class OutputBoundTest {
    private static final int CLICKS = 50;
    private static final long MAX_BYTES = 2_000;

    private final TestSchemas schemas = new TestSchemas();
    private final JoinScenario scenario = new JoinScenario(JoinSettings.defaults("eu"), new MemoryJoinStore(), schemas);
    private final JoinStep step = new JoinStep(
            JoinSettings.defaults("eu"),
            new LastClick(),
            schemas.ids(),
            schemas,
            new StepBounds(MAX_BYTES, Integer.MAX_VALUE));

    @Test
    void clicksOnOneImpressionArriveInHalves() {
        scenario.append(impression("i", 0));
        for (int number = 0; number < CLICKS; number++) {
            scenario.append(click("c" + number, number, "i"));
        }
        assertThatThrownBy(() -> step(scenario.block()))
                .isInstanceOf(OutputTooLargeException.class)
                .hasMessageContaining("from " + (CLICKS + 1) + " records of shard");

        Deque<Block> todo = new ArrayDeque<>(List.of(scenario.block()));
        while (!todo.isEmpty()) {
            Block block = todo.remove();
            try {
                StepResult result = step(block);
                assertThat(bytes(result) <= MAX_BYTES || block.size() == 1).isTrue();
                scenario.run().write(result);
                scenario.run().commit(result);
            } catch (OutputTooLargeException e) {
                List<Block> halves = block.halves();
                todo.addFirst(halves.get(1));
                todo.addFirst(halves.get(0));
            }
        }
        assertThat(scenario.run().outcomes()).hasSize(CLICKS + 1);
    }

    private StepResult step(Block block) {
        return step.run(scenario.run().position(), block, 1, scenario.run().store());
    }

    private static long bytes(StepResult result) {
        return result.outputs().stream()
                .map(OutputEvent::value)
                .mapToLong(value -> value.length)
                .sum();
    }
}
