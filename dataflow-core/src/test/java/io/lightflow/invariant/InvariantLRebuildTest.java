package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.rebuild.ShardRebuild;
import io.lightflow.store.MemoryJoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A shard continues from a rebuilt store as from the lost one (invariant L). */
class InvariantLRebuildTest {
    private static final TestSchemas SCHEMAS = new TestSchemas();
    private static final int MAX_OUTPUT_BYTES = 5_000;
    private static final int MAX_TIMERS = 5;

    @Test
    void whateverTheLedgerHadReadWhenTheStoreWasLostTheAnswerIsThatOfBruteForce() {
        Seeds.each(150, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            ShardRun run = new ShardRun(stream.settings());
            Interleaving interleaving = new Interleaving(stream.topics(), random);
            try {
                while (!interleaving.isDone(run.position())) {
                    if (random.nextInt(8) == 0) {
                        run.continueOn(rebuilt(stream, run.position(), random));
                    }
                    run.commit(interleaving.next(run.position()));
                }
                run.assertAnswers(stream);
                assertThat(run.committed()).noneMatch(seen -> seen.provenance().getLate());
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\nstream: " + stream.describe(), e);
            }
        });
    }

    private static MemoryJoinStore rebuilt(Stream stream, Position ledger, Random random) {
        MemoryJoinStore store = new MemoryJoinStore();
        JoinStep step = new JoinStep(stream.settings(), new LastClick(), SCHEMAS.ids(), SCHEMAS, bounds(random));
        ShardRebuild rebuild = new ShardRebuild(step, store, Position.START, ledger);
        int most = 1 + random.nextInt(30);
        while (stream.topics().stream().anyMatch(topic -> !rebuild.has(topic.topic(), topic.incarnation()))) {
            List<BlockPart> parts = new ArrayList<>();
            for (TopicLog topic : stream.topics()) {
                long from = rebuild.position().nextOffset(topic.topic(), topic.incarnation());
                // Also what the ledger does not have yet.
                parts.add(topic.part(from, Math.min(topic.end(), from + random.nextInt(most + 1))));
            }
            rebuild.add(new Block(ShardRun.SHARD, parts, 0));
        }
        assertThat(rebuild.missing()).isZero();
        return store;
    }

    /** Half of the bounds split blocks, and let the timers of a block fire in several steps. */
    private static StepBounds bounds(Random random) {
        return random.nextBoolean()
                ? StepBounds.NONE
                : new StepBounds(1 + random.nextInt(MAX_OUTPUT_BYTES), 1 + random.nextInt(MAX_TIMERS));
    }

    @Test
    void eventsThatExistNoMoreAreCounted() {
        Stream stream = StreamGenerator.stream(11);
        ShardRun run = new ShardRun(stream.settings());
        Interleaving interleaving = new Interleaving(stream.topics(), new Random(11));
        while (!interleaving.isDone(run.position())) {
            run.commit(interleaving.next(run.position()));
        }
        JoinStep step = new JoinStep(stream.settings(), new LastClick(), SCHEMAS.ids(), SCHEMAS);
        ShardRebuild rebuild = new ShardRebuild(step, new MemoryJoinStore(), Position.START, run.position());
        TopicLog first = stream.topics().get(0);
        rebuild.add(new Block(ShardRun.SHARD, List.of(first.part(0, first.end())), 0));

        long found = first.events().size() + first.rejections();
        assertThat(rebuild.missing())
                .isPositive()
                .isEqualTo(run.position().books().total(Entry.IN) - found);
    }
}
