package io.lightflow.topology.simulation;

import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.simulation.Outputs.Transaction;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A sink of one task. Its outputs become visible atomically with the ledger's move, or never. As the Kafka sink, it
 * commits shards together whose takeover it has seen in the ledger. Then only the fence of its writer protects them.
 */
final class SimulatedSink<O> implements Sink<O> {
    private final Backend<O> backend;
    private final Perils perils;
    private final JoinSettings rules;
    private final Map<Integer, Integer> held = new HashMap<>();
    private final Slowness.Timeouts timeouts;
    /** Shards that are committed together. */
    private final Set<Integer> together = new HashSet<>();
    /** Null before the first shard is opened, and after a failure of shards that are committed together. */
    private Integer writer;

    SimulatedSink(Backend<O> backend, Perils perils) {
        this(backend, perils, null);
    }

    /** @param rules the rules of the task's commits; null if they do not matter */
    SimulatedSink(Backend<O> backend, Perils perils, JoinSettings rules) {
        this.backend = backend;
        this.perils = perils;
        this.rules = rules;
        this.timeouts = backend.slowness().new Timeouts();
    }

    @Override
    public Position open(int shard) {
        held.remove(shard);
        together.remove(shard);
        if (writer == null) {
            writer = backend.jointWriters().begin();
        }
        return perils.around(
                Call.OPEN,
                () -> {
                    takeOver(shard);
                    return backend.position(shard);
                },
                () -> takeOver(shard));
    }

    private void takeOver(int shard) {
        held.computeIfAbsent(shard, backend::open);
        backend.jointWriters().fence(shard, writer);
    }

    @Override
    public void awaitVisible(Map<Integer, Position> committed) {
        Sink.super.awaitVisible(committed);
        // Another owner may have committed the same positions.
        for (int shard : committed.keySet()) {
            if (!backend.jointWriters().isNamed(shard, writer)) {
                throw new FencedException("the ledger of shard " + shard + " names another owner");
            }
        }
        together.addAll(committed.keySet());
    }

    @Override
    public void release(int shard) {
        if (held.containsKey(shard)
                && together.contains(shard)
                && !backend.jointWriters().isFenced(writer)) {
            backend.jointWriters().release(shard);
        }
        held.remove(shard);
        together.remove(shard);
    }

    @Override
    public Position read(int shard) {
        return perils.around(Call.READ_LEDGER, () -> backend.position(shard));
    }

    /** The commits are independent: a failure of one does not prevent the others. */
    @Override
    public void commit(List<Commit<O>> commits) {
        List<Commit<O>> inAnyOrder = new ArrayList<>(commits);
        Collections.shuffle(inAnyOrder, perils.random());
        RuntimeException failure = null;
        for (Commit<O> commit : inAnyOrder) {
            try {
                make(commit);
            } catch (FencedException | SinkUnavailableException e) {
                commit.moves().forEach(move -> held.remove(move.shard()));
                if (failure == null || urgency(e) > urgency(failure)) {
                    failure = e;
                }
            }
        }
        if (failure != null) {
            if (rules != null) {
                // As the Kafka sink of the join does it.
                close();
            }
            throw failure;
        }
    }

    private static int urgency(RuntimeException failure) {
        return failure instanceof FencedException ? 2 : failure instanceof CommitTimeoutException ? 1 : 0;
    }

    private boolean isTogether(Commit<O> commit) {
        return commit.moves().stream().anyMatch(move -> together.contains(move.shard()));
    }

    private void require(Commit<O> commit) {
        for (ShardMove move : commit.moves()) {
            if (!held.containsKey(move.shard())) {
                throw new IllegalStateException("open shard " + move.shard() + " before committing to it");
            }
        }
        backend.requireEnded(commit);
        if (!isTogether(commit)) {
            backend.requireHeld(commit, held);
        } else if (backend.jointWriters().isFenced(writer) && backend.flaw() != Flaw.NO_FENCING) {
            throw new FencedException("cannot commit " + commit.moves() + ": the writer of their owner is fenced");
        }
    }

    private void move(Commit<O> commit) {
        backend.move(commit, rules);
        commit.moves().forEach(move -> backend.jointWriters().name(move.shard(), writer));
    }

    private void make(Commit<O> commit) {
        require(commit);
        Transaction transaction = backend.outputs().begin(commit);
        perils.around(
                Call.SEND,
                () -> {
                    transaction.send(transaction.size());
                    return null;
                },
                () -> transaction.send(perils.random().nextInt(transaction.size() + 1)));
        timeouts.strike(commit, transaction.size());
        perils.around(Call.COMMIT, () -> {
            require(commit);
            if (backend.forgets(commit)) {
                return null;
            }
            transaction.commit();
            if (backend.flaw() != Flaw.LEDGER_NOT_ATOMIC) {
                move(commit);
            }
            return null;
        });
        if (backend.flaw() == Flaw.LEDGER_NOT_ATOMIC) {
            perils.around(Call.MOVE_LEDGER, () -> {
                move(commit);
                return null;
            });
        }
    }

    @Override
    public void close() {
        held.clear();
        together.clear();
        writer = null;
    }
}
