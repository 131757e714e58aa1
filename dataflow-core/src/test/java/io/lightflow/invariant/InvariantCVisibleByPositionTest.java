package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.store.CellIdentity;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Cells are only added, and the committed position alone decides which count. Crashed attempts and zombies change
 * nothing.
 */
class InvariantCVisibleByPositionTest {

    @Test
    void crashesAndZombiesAtRandomChangeNothing() {
        Seeds.each(200, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            ShardRun run = new ShardRun(stream.settings(), new WatchedStore());
            Interleaving interleaving = new Interleaving(stream.topics(), random);
            Faults faults = new Faults(run, interleaving, random);
            try {
                while (!interleaving.isDone(run.position())) {
                    faults.strike();
                    run.commit(interleaving.next(run.position()));
                }
                run.assertAnswers(stream);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\nstream: " + stream.describe(), e);
            }
        });
    }

    @Test
    void aGhostImpressionJoinsNoClickAndIsNoDuplicate() {
        JoinScenario scenario = new JoinScenario();
        scenario.append(impression("i", 1));
        scenario.run().write(scenario.run().attempt(Position.START, scenario.block()));
        var withoutImpression = scenario.append(click("c", 2, "i")).block().parts().stream()
                .map(part -> part.type() == EventType.IMPRESSION
                        ? scenario.log(part.type()).part(0, 0)
                        : part)
                .toList();
        assertThat(scenario.run().commit(ShardRun.block(withoutImpression))).isEmpty();
        assertThat(scenario.read()).containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
    }

    @Test
    void aGhostThatWasSeenAtAnotherWatermarkDoesNotDecideAgain() {
        JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows());
        scenario.watermark(HOUR);
        Position early = scenario.run().position();
        scenario.watermark(3 * HOUR);
        scenario.append(click("c", 2 * HOUR, "i"), conversion("v", 2 * HOUR));
        var zombie = scenario.blockFrom(early);
        scenario.run().write(scenario.run().attempt(early, zombie));
        assertThat(scenario.read())
                .as("late, and decided when the watermark moves")
                .isEmpty();
        scenario.run().write(scenario.run().attempt(early, zombie));
        assertThat(scenario.watermark(3 * HOUR + SECOND))
                .containsExactly(Outcome.orphan(KEY, "c"), Outcome.unattributed(KEY, "v"));
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    /** Checks a requirement of the store: a cell that is written again has the same content. */
    private static final class WatchedStore implements JoinStore {
        private final JoinStore store = new MemoryJoinStore();
        private final Map<List<Object>, List<Object>> written = new HashMap<>();

        @Override
        public StoreReader reader(int shard) {
            return store.reader(shard);
        }

        @Override
        public void write(List<StoreWrite> writes) {
            for (StoreWrite write : writes) {
                write.cells().forEach(cell -> check(CellIdentity.of(cell), CellIdentity.content(cell)));
                write.events().forEach(cell -> check(CellIdentity.of(cell), CellIdentity.content(cell)));
            }
            store.write(writes);
        }

        private void check(List<Object> cell, List<Object> content) {
            List<Object> before = written.put(cell, content);
            if (before != null && !before.equals(content)) {
                throw new AssertionError("a cell was written again with another value");
            }
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
