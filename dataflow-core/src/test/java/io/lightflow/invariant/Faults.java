package io.lightflow.invariant;

import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.store.StoreWrite;
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
            case 0 -> zombies.add(() -> writeSome(write(from, block)));
            case 1 -> {
                StoreWrite write = write(from, block);
                zombies.add(() -> writeSome(write));
            }
            case 2 -> writeSome(write(from, block));
            default -> run.store().write(List.of(write(from, block)));
        }
    }

    private StoreWrite write(Position from, Block block) {
        return run.attempt(from, block).write(ShardRun.SHARD);
    }

    private void writeSome(StoreWrite write) {
        run.store().write(List.of(new StoreWrite(write.shard(), some(write.cells()), some(write.events()))));
    }

    private <T> List<T> some(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, random.nextInt(shuffled.size() + 1));
    }
}
