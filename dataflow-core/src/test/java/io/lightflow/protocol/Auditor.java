package io.lightflow.protocol;

import io.lightflow.invariant.BruteForce;
import io.lightflow.invariant.Outcome;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks whether a state keeps the promises. Checks each durable state once. */
final class Auditor {
    private final Protocol protocol;
    private final Set<Promise> promises;
    private final Map<Interned<Position>, BruteForce.Answer> answers = new HashMap<>();
    private final Map<Durable, Optional<String>> verdicts = new HashMap<>();

    /** The part of a state that survives a crash. */
    private record Durable(Interned<Position> ledger, Interned<List<Outcome>> outputs, long cells) {}

    Auditor(Protocol protocol, Set<Promise> promises) {
        this.protocol = protocol;
        this.promises = promises;
    }

    /** Returns the promise that a move has broken, and how; empty if none. */
    Optional<String> checkMove(State before, State after) {
        return promises.contains(Promise.POSITION_MOVES_FORWARD) && before.ledger() != after.ledger()
                ? wentBack(before.ledger().value(), after.ledger().value())
                : Optional.empty();
    }

    /** Returns the promise that does not hold in a state, and how; empty if all hold. */
    Optional<String> checkState(State state) {
        return verdicts.computeIfAbsent(new Durable(state.ledger(), state.outputs(), state.cells()), this::check);
    }

    private Optional<String> wentBack(Position before, Position after) {
        List<Long> from = protocol.scenario().offsets(before);
        List<Long> to = protocol.scenario().offsets(after);
        for (int i = 0; i < from.size(); i++) {
            if (to.get(i) < from.get(i)) {
                return broken(Promise.POSITION_MOVES_FORWARD, "from " + from + " to " + to);
            }
        }
        return after.watermark() < before.watermark()
                ? broken(Promise.POSITION_MOVES_FORWARD, "watermark " + before.watermark() + " to " + after.watermark())
                : Optional.empty();
    }

    private Optional<String> check(Durable state) {
        BruteForce.Answer answer = answers.computeIfAbsent(
                state.ledger(), ledger -> protocol.scenario().answer(ledger.value()));
        List<Outcome> found = state.outputs().value();
        Set<List<String>> ids = new HashSet<>();
        for (Outcome outcome : found) {
            if (!ids.add(List.of(outcome.kind(), outcome.id())) && promises.contains(Promise.NO_EVENT_TWICE)) {
                return broken(Promise.NO_EVENT_TWICE, outcome.toString());
            }
        }
        List<Outcome> missing = minus(answer.outcomes(), found);
        if (promises.contains(Promise.NO_EVENT_LOST) && !missing.isEmpty()) {
            return broken(Promise.NO_EVENT_LOST, missing.toString());
        }
        List<Outcome> excess = minus(found, answer.outcomes());
        Books books = state.ledger().value().books();
        if (promises.contains(Promise.NOTHING_ELSE)
                && !(excess.isEmpty() && books.balanced() && agree(books, answer.books()))) {
            return broken(Promise.NOTHING_ELSE, excess + "; books: " + books);
        }
        return promises.contains(Promise.GHOSTS_ARE_INVISIBLE) ? seenGhosts(state) : Optional.empty();
    }

    private static boolean agree(Books found, Books answer) {
        return found.total(Books.Entry.IN) == answer.total(Books.Entry.IN)
                && found.total(Books.Entry.DUPLICATE) == answer.total(Books.Entry.DUPLICATE);
    }

    private Optional<String> seenGhosts(Durable state) {
        ModelStep step = protocol.step();
        long visible = step.visible(state.cells(), state.ledger().value());
        for (List<Long> end : protocol.scenario().ends(state.ledger().value())) {
            if (step.run(state.ledger(), end, state.cells()) != step.run(state.ledger(), end, visible)) {
                return broken(Promise.GHOSTS_ARE_INVISIBLE, "they change the result of the block up to " + end);
            }
        }
        return Optional.empty();
    }

    private static List<Outcome> minus(List<Outcome> from, List<Outcome> what) {
        List<Outcome> rest = new ArrayList<>(from);
        what.forEach(rest::remove);
        return rest;
    }

    private static Optional<String> broken(Promise promise, String how) {
        return Optional.of(promise + " is broken: " + how);
    }
}
