package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Perils.Call;
import java.util.Locale;

/**
 * What happens to a task while it works on a batch.
 *
 * @param call at which of its port calls, counted from 0
 * @param fate what happens
 * @param moment before, amid or after the call's work
 * @param amount for how many calls there is no answer, or how many events go by while the task stands still
 */
record Blow(int call, Fate fate, Moment moment, int amount) {
    static final Blow NONE = new Blow(0, Fate.NOTHING, Moment.BEFORE, 0);

    enum Fate {
        NOTHING,
        /** The process dies, and all that it remembers. */
        CRASH,
        /** The other side does not answer, whether or not it has done its work. */
        NO_ANSWER,
        /** The process stands still while others go on: it may be a zombie when it awakes. */
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

    /** What struck which kind of call. */
    String inWords(Call struck) {
        return word(fate) + " " + word(moment) + " " + word(struck);
    }

    static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
