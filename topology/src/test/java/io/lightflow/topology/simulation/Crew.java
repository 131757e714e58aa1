package io.lightflow.topology.simulation;

import io.lightflow.sink.FencedException;
import io.lightflow.sink.Ledger;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.simulation.Reader.Batch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** The tasks of one topology, and the zombies among its former tasks. */
final class Crew {
    private static final int MOST_ZOMBIES = 3;

    private final String name;
    private final int shards;
    private final Source source;
    private final Function<Perils, Ledger> ledgers;
    private final Function<Perils, BlockLoop> loops;
    private final InstantSource clock;
    private final Journal journal;
    private final IntConsumer meanwhile;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> zombies = new ArrayList<>();
    private long txid;

    /**
     * @param ledgers creates the ledger that a spout reads
     * @param loops creates the loops
     * @param meanwhile runs a number of events while a task stalls
     */
    Crew(
            String name,
            int shards,
            Source source,
            Function<Perils, Ledger> ledgers,
            Function<Perils, BlockLoop> loops,
            InstantSource clock,
            Journal journal,
            IntConsumer meanwhile) {
        this.name = name;
        this.shards = shards;
        this.source = source;
        this.ledgers = ledgers;
        this.loops = loops;
        this.clock = clock;
        this.journal = journal;
        this.meanwhile = meanwhile;
        submit(1);
    }

    /** Starts the topology with a number of tasks. */
    private void submit(int parallelism) {
        tasks.clear();
        for (int number = 0; number < parallelism; number++) {
            tasks.add(newTask(number, parallelism));
        }
    }

    private Task newTask(int number, int parallelism) {
        List<Integer> own = new ArrayList<>();
        for (int shard = number; shard < shards; shard += parallelism) {
            own.add(shard);
        }
        Task task = new Task(number, List.copyOf(own), new Perils(journal, meanwhile));
        task.reader = newReader(task);
        return task;
    }

    private Reader newReader(Task task) {
        return new Reader(source, task.shards, ledgers.apply(task.perils), task.perils);
    }

    int size() {
        return tasks.size();
    }

    /** A task processes its next batch. */
    void work(int which, int most, Blow blow, Random random) {
        Task task = tasks.get(which % tasks.size());
        if (task.busy) {
            task = replace(task);
        }
        work(task, most, blow, random);
    }

    private void work(Task task, int most, Blow blow, Random random) {
        task.busy = true;
        task.perils.arm(blow, random);
        Batch batch = null;
        try {
            if (task.reader.isEmpty()) {
                task.reader.readAhead(() -> ++txid, most, random, clock.millis());
            }
            batch = task.reader.take();
            tell(task, "works on " + batch);
            if (task.loop == null) {
                task.loop = loops.apply(task.perils);
            }
            task.loop.process(batch.txid(), batch.blocks());
        } catch (RetryException e) {
            tell(task, "fails: " + e.getMessage());
            task.reader.fail(batch);
        } catch (Crash | FencedException e) {
            die(task, batch, e, random);
        } finally {
            task.busy = false;
        }
        // Another task may have replaced it while it stalled.
        if (!tasks.contains(task) && task.loop != null) {
            undead(task);
        }
    }

    private void tell(Task task, String what) {
        journal.tell(() -> "    " + name + " " + task + " " + what);
    }

    /** The loop loses its memory. The spout may run in another process, which may or may not be notified. */
    private void die(Task task, Batch batch, Throwable how, Random random) {
        tell(task, "dies: " + how.getMessage());
        task.loop = null;
        task.perils.revive();
        zombies.remove(task);
        int spout = random.nextInt(3);
        if (spout == 0) {
            task.reader = newReader(task);
        } else if (spout == 1 && batch != null) {
            task.reader.fail(batch);
        } else {
            task.reader.lose();
        }
    }

    /** A task's spout reads one batch ahead. */
    void readAhead(int which, int most, Blow blow, Random random) {
        Task task = tasks.get(which % tasks.size());
        if (task.busy) {
            return;
        }
        task.perils.arm(blow.fate() == Blow.Fate.STALL ? Blow.NONE : blow, random);
        try {
            task.reader.readAhead(() -> ++txid, most, random, clock.millis());
        } catch (Crash e) {
            die(task, null, e, random);
        }
    }

    /** A task is considered dead and gets a successor. */
    void takeOver(int which) {
        Task task = tasks.get(which % tasks.size());
        replace(task);
    }

    private Task replace(Task task) {
        Task successor = newTask(task.number, tasks.size());
        tasks.set(task.number, successor);
        if (!task.busy && task.loop != null) {
            undead(task);
        }
        return successor;
    }

    private void undead(Task task) {
        task.isZombie = true;
        if (!zombies.contains(task)) {
            zombies.add(task);
        }
        if (zombies.size() > MOST_ZOMBIES) {
            zombies.remove(0);
        }
    }

    /** A zombie processes a batch. */
    void zombie(int which, int most, Blow blow, Random random) {
        if (!zombies.isEmpty()) {
            Task zombie = zombies.get(which % zombies.size());
            if (!zombie.busy) {
                work(zombie, most, blow, random);
            }
        }
    }

    /** Restarts the topology with another parallelism and transaction. Some of its old tasks survive as zombies. */
    void restart(int parallelism, long fromTxid, Random random) {
        for (Task task : tasks) {
            if (task.loop != null && !task.busy) {
                if (random.nextBoolean()) {
                    undead(task);
                } else if (random.nextBoolean()) {
                    close(task, random);
                }
            }
        }
        txid = Math.max(0, fromTxid);
        submit(parallelism);
    }

    /**
     * Ends all processes at once, zombies too. A stalled task ends with its first commit, if another opens its shard.
     */
    void kill() {
        zombies.clear();
        submit(tasks.size());
    }

    /** Closes the loop, which may still commit. */
    private void close(Task task, Random random) {
        task.perils.arm(Blow.NONE, random);
        task.loop.close();
    }

    boolean hasZombies() {
        return !zombies.isEmpty();
    }

    long txid() {
        return txid;
    }

    void rewind(int which, int most, Random random) {
        tasks.get(which % tasks.size()).reader.rewind(most, random);
    }

    /** Every task works once without a blow, zombies first. */
    void workAll(int most, Random random) {
        for (Task zombie : List.copyOf(zombies)) {
            work(zombie, most, Blow.NONE, random);
        }
        zombies.clear();
        for (Task task : List.copyOf(tasks)) {
            work(task, most, Blow.NONE, random);
        }
    }
}
