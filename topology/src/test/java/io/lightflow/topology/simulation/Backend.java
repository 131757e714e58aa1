package io.lightflow.topology.simulation;

import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.position.StoreVersion;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.SinkUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state that outlives the processes: ledger and outputs behind the sinks of one topology. Positions are kept in
 * their stored form.
 */
final class Backend<O> {
    private final Outputs<O> outputs;
    private final Flaw flaw;
    private final Map<Integer, String> positions = new HashMap<>();
    /** Positions that were set back, by shard. */
    private final Map<Integer, String> lost = new HashMap<>();

    private final Map<Integer, Integer> epochs = new HashMap<>();
    private final List<Commit<O>> history = new ArrayList<>();
    private final List<JoinSettings> rulesOfHistory = new ArrayList<>();
    private final Slowness slowness = new Slowness();
    private final JointWriters jointWriters;
    private boolean forgetsNextCommit;
    /** Shards whose last transaction is open, although its commit was reported as done. */
    private final Set<Integer> forgotten = new HashSet<>();

    Backend(Outputs<O> outputs, Flaw flaw) {
        this.outputs = outputs;
        this.flaw = flaw;
        this.jointWriters = new JointWriters(flaw);
    }

    Outputs<O> outputs() {
        return outputs;
    }

    Flaw flaw() {
        return flaw;
    }

    JointWriters jointWriters() {
        return jointWriters;
    }

    Slowness slowness() {
        return slowness;
    }

    /** The next commit is reported as done, but its transaction stays open. */
    void forgetNextCommit() {
        forgetsNextCommit = true;
    }

    /** No further commit is forgotten. Returns whether one was, and its task has not noticed it yet. */
    boolean endForgetting() {
        forgetsNextCommit = false;
        return !forgotten.isEmpty();
    }

    /** Whether this commit is forgotten. */
    boolean forgets(Commit<O> commit) {
        if (!forgetsNextCommit) {
            return false;
        }
        forgetsNextCommit = false;
        commit.moves().forEach(move -> forgotten.add(move.shard()));
        return true;
    }

    /** Takes over a shard, and returns the new epoch. */
    int open(int shard) {
        if (flaw != Flaw.NO_FENCING) {
            outputs.takeOver(shard);
        }
        forgotten.remove(shard);
        return epochs.merge(shard, 1, Integer::sum);
    }

    Position position(int shard) {
        String stored = positions.get(shard);
        return stored == null ? Position.START : PositionCodec.decode(stored);
    }

    /** @throws SinkUnavailableException if a shard's transaction before has not ended */
    void requireEnded(Commit<O> commit) {
        for (ShardMove move : commit.moves()) {
            if (forgotten.contains(move.shard())) {
                throw new SinkUnavailableException(
                        "the last transaction of shard " + move.shard() + " has not ended", null);
            }
        }
    }

    /** @throws FencedException if a shard has been taken over, or its position differs from the expected one */
    void requireHeld(Commit<O> commit, Map<Integer, Integer> held) {
        for (ShardMove move : commit.moves()) {
            int shard = move.shard();
            String expected = PositionCodec.encode(move.expected());
            String found = positions.getOrDefault(shard, PositionCodec.encode(Position.START));
            if (flaw != Flaw.NO_FENCING && (!held.get(shard).equals(epochs.get(shard)) || !found.equals(expected))) {
                throw new FencedException("cannot commit shard " + shard + ": expected epoch " + held.get(shard)
                        + " at " + expected + ", found epoch " + epochs.get(shard) + " at " + found);
            }
        }
    }

    /** @param rules the rules of the commit; null if they do not matter */
    void move(Commit<O> commit, JoinSettings rules) {
        commit.moves().forEach(move -> positions.put(move.shard(), PositionCodec.encode(move.next())));
        history.add(commit);
        rulesOfHistory.add(rules);
    }

    /**
     * Sets a shard's ledger back by at least this many writes to its store. What it was is remembered.
     *
     * @return whether it has come so far
     */
    boolean setBack(int shard, int writes) {
        StoreVersion now = position(shard).store();
        String found = null;
        for (Commit<O> commit : history) {
            for (ShardMove move : commit.moves()) {
                StoreVersion then = move.next().store();
                if (move.shard() == shard && then.id() == now.id() && then.sequence() <= now.sequence() - writes) {
                    found = PositionCodec.encode(move.next());
                }
            }
        }
        if (found == null) {
            return false;
        }
        lost.putIfAbsent(shard, positions.get(shard));
        positions.put(shard, found);
        jointWriters.ledgerChanged(shard);
        return true;
    }

    /** Restores the ledgers that were set back. The operator's own commits are not forgotten. */
    void restore() {
        forgetsNextCommit = false;
        positions.putAll(lost);
        lost.keySet().forEach(jointWriters::ledgerChanged);
        lost.clear();
    }

    /** All commits, in order. */
    List<Commit<O>> history() {
        return history;
    }

    /** The rules of a commit. */
    JoinSettings rules(int number) {
        return rulesOfHistory.get(number);
    }
}
