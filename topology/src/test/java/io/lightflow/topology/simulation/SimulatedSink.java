package io.lightflow.topology.simulation;

import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.simulation.Outputs.Transaction;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A sink of one task. Its outputs become visible atomically with the ledger's move, or never. */
final class SimulatedSink<O> implements Sink<O> {
    private final Backend<O> backend;
    private final Perils perils;
    private final JoinSettings rules;
    private final Map<Integer, Integer> held = new HashMap<>();
    private final Slowness.Timeouts timeouts;

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
            throw failure;
        }
    }

    private static int urgency(RuntimeException failure) {
        return failure instanceof FencedException ? 2 : failure instanceof CommitTimeoutException ? 1 : 0;
    }

    private void make(Commit<O> commit) {
        backend.requireHeld(commit, held);
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
            backend.requireHeld(commit, held);
            if (backend.forgets(commit)) {
                return null;
            }
            transaction.commit();
            if (backend.flaw() != Flaw.LEDGER_NOT_ATOMIC) {
                backend.move(commit, rules);
            }
            return null;
        });
        if (backend.flaw() == Flaw.LEDGER_NOT_ATOMIC) {
            perils.around(Call.MOVE_LEDGER, () -> {
                backend.move(commit, rules);
                return null;
            });
        }
    }

    @Override
    public void close() {
        held.clear();
    }
}
