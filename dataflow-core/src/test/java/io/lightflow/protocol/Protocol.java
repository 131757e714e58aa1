package io.lightflow.protocol;

import io.lightflow.invariant.Outcome;
import io.lightflow.position.Position;
import io.lightflow.protocol.Attempt.Down;
import io.lightflow.protocol.Attempt.Open;
import io.lightflow.protocol.Attempt.Reading;
import io.lightflow.protocol.Attempt.Torn;
import io.lightflow.protocol.Attempt.Writing;
import io.lightflow.protocol.Scenario.Tearing;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * All possible next moves: the protocol of {@code docs/internals/protocol.md} with the real join step, for two attempts
 * at one shard. Either may crash, restart and take over at any time; the other one then continues as a zombie.
 */
final class Protocol {
    static final Attempt DOWN = new Down();
    private static final int NOBODY = -1;

    private final Scenario scenario;
    private final Set<Rule> rules;
    private final ModelStep step;
    private final Interned.Pool<Position> positions = new Interned.Pool<>();
    private final Interned.Pool<List<Outcome>> outputs = new Interned.Pool<>();

    /** A possible move, and the state after it. */
    record Move(String what, State after) {}

    Protocol(Scenario scenario, Set<Rule> rules) {
        this.scenario = scenario;
        this.rules = EnumSet.copyOf(rules);
        this.step = new ModelStep(scenario, rules.contains(Rule.GHOST_RULE));
    }

    Scenario scenario() {
        return scenario;
    }

    ModelStep step() {
        return step;
    }

    State start() {
        return new State(positions.of(Position.START), outputs.of(List.of()), 0, NOBODY, List.of(DOWN, DOWN));
    }

    List<Move> moves(State state) {
        List<Move> moves = new ArrayList<>();
        for (int who = 0; who < state.attempts().size(); who++) {
            new Turn(state, who, moves).take();
        }
        return moves;
    }

    /** All moves of one of the attempts in a state. */
    private final class Turn {
        private final State state;
        private final int who;
        private final List<Move> moves;

        Turn(State state, int who, List<Move> moves) {
            this.state = state;
            this.who = who;
            this.moves = moves;
        }

        void take() {
            Attempt attempt = state.attempts().get(who);
            if (attempt instanceof Down) {
                add("opens the shard", state.cells(), who, new Open(state.ledger()));
                return;
            }
            add("crashes", DOWN);
            if (attempt instanceof Open open) {
                for (List<Long> end : scenario.ends(open.position().value())) {
                    add(
                            "polls up to " + end + " and reads",
                            step.read(new Reading(open.position(), end, List.of()), state.cells()));
                }
            } else if (attempt instanceof Reading reading) {
                add("reads again", step.read(reading, state.cells()));
            } else if (attempt instanceof Writing writing) {
                writeOrCommit(writing);
            } else if (attempt instanceof Torn torn) {
                moveLedger("moves the ledger", torn.result(), state.outputs());
            }
        }

        /** Cells arrive one by one, so that a crash in between leaves a part of them. */
        private void writeOrCommit(Writing writing) {
            long missing = writing.unwritten();
            if (missing == 0) {
                commit(writing.result());
            }
            long choice = scenario.tearing() == Tearing.ANY_PART ? missing : Long.lowestOneBit(missing);
            for (long rest = choice; rest != 0; rest &= rest - 1) {
                long cell = Long.lowestOneBit(rest);
                Attempt next = new Writing(writing.result(), missing & ~cell);
                add("writes a cell", state.cells() | cell, state.owner(), next);
            }
        }

        /** A failed commit equals a crash before the commit, so it needs no move. */
        private void commit(Interned<Result> result) {
            if (rules.contains(Rule.FENCE) && state.owner() != who) {
                add("is refused, for the shard was taken over", DOWN);
                return;
            }
            if (rules.contains(Rule.COMPARE_AND_SET)
                    && !state.ledger().value().equals(result.value().expected())) {
                add("is refused, for the ledger has moved", DOWN);
                return;
            }
            List<Outcome> sum = new ArrayList<>(state.outputs().value());
            sum.addAll(result.value().outcomes());
            Interned<List<Outcome>> committed = outputs.of(Outcome.sorted(sum));
            if (rules.contains(Rule.ATOMIC_LEDGER)) {
                moveLedger("commits", result, committed);
            } else {
                moves.add(new Move(
                        name() + " puts its outputs out",
                        after(state.ledger(), committed, state.cells(), state.owner(), new Torn(result))));
            }
        }

        private void moveLedger(String what, Interned<Result> result, Interned<List<Outcome>> committed) {
            Interned<Position> next = positions.of(result.value().next());
            moves.add(new Move(
                    name() + " " + what, after(next, committed, state.cells(), state.owner(), new Open(next))));
            moves.add(new Move(
                    name() + " " + what + ", the answer is lost",
                    after(next, committed, state.cells(), state.owner(), DOWN)));
        }

        private void add(String what, Attempt next) {
            add(what, state.cells(), state.owner(), next);
        }

        private void add(String what, long cells, int owner, Attempt next) {
            moves.add(new Move(name() + " " + what, after(state.ledger(), state.outputs(), cells, owner, next)));
        }

        private State after(
                Interned<Position> ledger, Interned<List<Outcome>> committed, long cells, int owner, Attempt next) {
            Attempt other = state.attempts().get(1 - who);
            // The same cells may be missing in both.
            if (other instanceof Writing writing && (writing.unwritten() & cells) != 0) {
                other = new Writing(writing.result(), writing.unwritten() & ~cells);
            }
            return new State(ledger, committed, cells, owner, who == 0 ? List.of(next, other) : List.of(other, next));
        }

        private String name() {
            return who == 0 ? "first" : "second";
        }
    }
}
