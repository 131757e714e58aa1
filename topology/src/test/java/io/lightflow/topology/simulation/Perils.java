package io.lightflow.topology.simulation;

import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Wraps every port call of one task, and lets a blow strike it. */
final class Perils {

    /** The port calls that a task makes. */
    enum Call {
        READ_LEDGER,
        POLL,
        OPEN,
        READ_ROWS,
        WRITE_ROWS,
        SEND,
        COMMIT,
        MOVE_LEDGER
    }

    /** Perils without blows. */
    static Perils none() {
        return new Perils(Journal.SILENT, events -> {});
    }

    private final Journal journal;
    private final IntConsumer meanwhile;
    private Blow blow = Blow.NONE;
    private Random random = new Random(0);
    private int calls;
    private int unanswered;
    private boolean dead;

    /** @param meanwhile runs a number of events */
    Perils(Journal journal, IntConsumer meanwhile) {
        this.journal = journal;
        this.meanwhile = meanwhile;
    }

    /** Resets the count of port calls, and arms a blow that will strike one of them. */
    void arm(Blow next, Random chance) {
        blow = next;
        random = chance;
        calls = 0;
        unanswered = 0;
    }

    /** The process restarts. */
    void revive() {
        dead = false;
        arm(Blow.NONE, random);
    }

    Random random() {
        return random;
    }

    /** An atomic call. */
    <T> T around(Call call, Supplier<T> work) {
        return around(call, work, () -> {});
    }

    /** @param part does a random part of the work; all of the work may follow */
    <T> T around(Call call, Supplier<T> work, Runnable part) {
        if (dead) {
            // Blocks are joined in parallel: another may have failed in another way before the process died.
            throw new Crash(call.name());
        }
        boolean struck = blow.fate() != Fate.NOTHING && calls++ == blow.call();
        if (unanswered > 0) {
            unanswered--;
            throw unavailable(call);
        }
        if (!struck) {
            return work.get();
        }
        journal.tell(() -> "    " + blow.inWords(call));
        journal.count(blow, call);
        if (blow.moment() == Moment.AMID) {
            part.run();
        }
        if (blow.moment() != Moment.AFTER) {
            strike(call);
            return work.get();
        }
        T result = work.get();
        strike(call);
        return result;
    }

    private void strike(Call call) {
        switch (blow.fate()) {
            case CRASH -> {
                dead = true;
                throw new Crash(call.name());
            }
            case NO_ANSWER -> {
                unanswered = blow.amount() - 1;
                throw unavailable(call);
            }
            case STALL -> meanwhile.accept(blow.amount());
            case NOTHING -> {}
        }
    }

    private static RuntimeException unavailable(Call call) {
        return switch (call) {
            case READ_ROWS, WRITE_ROWS -> new StoreUnavailableException(call + " got no answer", null);
            default -> new SinkUnavailableException(call + " got no answer", null);
        };
    }
}
