package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Perils.Call;
import java.util.Locale;

/**
 * A fault that strikes a task while it works on a batch.
 *
 * @param call index of the port call that it strikes, counted from 0
 * @param fate kind of fault
 * @param moment before, amid or after the call's work
 * @param amount number of unanswered calls, or number of events that pass during a stall
 */
record Blow(int call, Fate fate, Moment moment, int amount) {
    static final Blow NONE = new Blow(0, Fate.NOTHING, Moment.BEFORE, 0);

    enum Fate {
        NOTHING,
        /** The process dies and loses its memory. */
        CRASH,
        /** The server does not answer, whether or not it has done its work. */
        NO_ANSWER,
        /** The process stalls while others continue. It may be a zombie when it resumes. */
        STALL
    }

    enum Moment {
        BEFORE,
        AMID,
        AFTER
    }

    @Override
    public String toString() {
        return fate == Fate.NOTHING
                ? "unharmed"
                : word(fate) + " " + word(moment) + " port call " + call + (fate == Fate.CRASH ? "" : " for " + amount);
    }

    /** Describes the blow and the kind of call that it struck. */
    String inWords(Call struck) {
        return word(fate) + " " + word(moment) + " " + word(struck);
    }

    static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
