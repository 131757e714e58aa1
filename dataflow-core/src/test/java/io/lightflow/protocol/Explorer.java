package io.lightflow.protocol;

import io.lightflow.invariant.Outcome;
import io.lightflow.protocol.Protocol.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Visits every reachable state of a protocol once, in breadth-first order. So the first violation that it finds has the
 * shortest trace.
 */
final class Explorer {
    private final Protocol protocol;
    private final Auditor auditor;
    /** Every reached state, with the state that it was first reached from; the start with itself. */
    private final Map<State, State> reached = new HashMap<>();

    private final Set<List<Outcome>> endings = new HashSet<>();

    /**
     * The result of an exploration.
     *
     * @param states number of states visited
     * @param endings the outputs after all events were committed
     * @param violation the first broken promise, with its trace
     */
    record Report(int states, Set<List<Outcome>> endings, Optional<Violation> violation) {}

    /** A broken promise, and the fewest moves that lead to it. */
    record Violation(String what, List<String> trace) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(what);
            for (int i = 0; i < trace.size(); i++) {
                text.append("\n  ").append(i + 1).append(". ").append(trace.get(i));
            }
            return text.toString();
        }
    }

    private Explorer(Protocol protocol, Set<Promise> promises) {
        this.protocol = protocol;
        this.auditor = new Auditor(protocol, promises);
    }

    /** Explores until a promise is broken or nothing new can be reached. */
    static Report explore(Protocol protocol, Set<Promise> promises) {
        return new Explorer(protocol, promises).run();
    }

    private Report run() {
        Queue<State> open = new ArrayDeque<>();
        State start = protocol.start();
        reached.put(start, start);
        open.add(start);
        while (!open.isEmpty()) {
            State state = open.remove();
            if (protocol.scenario().isAtEnd(state.ledger().value())) {
                endings.add(state.outputs().value());
            }
            for (Move move : protocol.moves(state)) {
                boolean isNew = reached.putIfAbsent(move.after(), state) == null;
                Optional<String> broken = auditor.checkMove(state, move.after());
                if (broken.isEmpty() && isNew) {
                    broken = auditor.checkState(move.after());
                }
                if (broken.isPresent()) {
                    List<String> trace = trace(state);
                    trace.add(move.what());
                    return report(Optional.of(new Violation(broken.get(), trace)));
                }
                if (isNew) {
                    open.add(move.after());
                }
            }
        }
        return report(Optional.empty());
    }

    private Report report(Optional<Violation> violation) {
        return new Report(reached.size(), endings, violation);
    }

    /** The fewest moves from the start to a state. */
    private List<String> trace(State last) {
        List<String> trace = new ArrayList<>();
        for (State after = last; reached.get(after) != after; after = reached.get(after)) {
            State to = after;
            trace.add(protocol.moves(reached.get(to)).stream()
                    .filter(move -> move.after().equals(to))
                    .findFirst()
                    .orElseThrow()
                    .what());
        }
        Collections.reverse(trace);
        return trace;
    }
}
