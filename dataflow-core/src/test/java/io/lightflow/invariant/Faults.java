package io.lightflow.invariant;

import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.store.NewCell;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Injects random faults between two commits of a shard: attempts that crash before, during or after their write to the
 * store, attempts at another block, and zombies that compute or write long after they were replaced.
 */
final class Faults {
    private final ShardRun run;
    private final Interleaving interleaving;
    private final Random random;
    private final List<Runnable> zombies = new ArrayList<>();

    Faults(ShardRun run, Interleaving interleaving, Random random) {
        this.run = run;
        this.interleaving = interleaving;
        this.random = random;
    }

    void strike() {
        for (int attempts = random.nextInt(3); attempts > 0; attempts--) {
            dieDuring(run.position(), interleaving.next(run.position()));
            if (random.nextBoolean()) {
                run.takeOver();
            }
        }
        while (!zombies.isEmpty() && random.nextInt(3) == 0) {
            zombies.remove(random.nextInt(zombies.size())).run();
        }
    }

    private void dieDuring(Position from, Block block) {
        switch (random.nextInt(4)) {
            case 0 -> zombies.add(() -> writeSome(run.attempt(from, block).cells()));
            case 1 -> {
                List<NewCell> cells = run.attempt(from, block).cells();
                zombies.add(() -> writeSome(cells));
            }
            case 2 -> writeSome(run.attempt(from, block).cells());
            default -> run.store().write(run.attempt(from, block).cells());
        }
    }

    private void writeSome(List<NewCell> cells) {
        List<NewCell> shuffled = new ArrayList<>(cells);
        Collections.shuffle(shuffled, random);
        run.store().write(shuffled.subList(0, random.nextInt(shuffled.size() + 1)));
    }
}
