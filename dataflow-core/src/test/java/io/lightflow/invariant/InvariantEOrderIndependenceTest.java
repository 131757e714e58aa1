package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The outputs are a function of the set of events, as long as no event is later than the allowed disorder. */
class InvariantEOrderIndependenceTest {

    @Test
    void everyInterleavingAndEveryCutGiveTheAnswerOfBruteForce() {
        Seeds.each(300, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            ShardRun run = new ShardRun(stream.settings());
            Interleaving interleaving = new Interleaving(stream.topics(), new Random(seed));
            try {
                while (!interleaving.isDone(run.position())) {
                    run.commit(interleaving.next(run.position()));
                }
                run.assertAnswers(stream);
                assertThat(run.committed()).noneMatch(seen -> seen.provenance().getLate());
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\nstream: " + stream.describe(), e);
            }
        });
    }
}
