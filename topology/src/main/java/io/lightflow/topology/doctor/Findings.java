package io.lightflow.topology.doctor;

import io.lightflow.topology.doctor.Finding.Level;
import java.util.function.Consumer;

/** Takes the results of the checks of one subject. */
final class Findings {
    private final String subject;
    private final Consumer<Finding> taker;

    Findings(String subject, Consumer<Finding> taker) {
        this.subject = subject;
        this.taker = taker;
    }

    void ok(String fact) {
        taker.accept(new Finding(Level.OK, subject, fact, ""));
    }

    void warning(String fact, String remedy) {
        taker.accept(new Finding(Level.WARNING, subject, fact, remedy));
    }

    void error(String fact, String remedy) {
        taker.accept(new Finding(Level.ERROR, subject, fact, remedy));
    }

    /** @param remedy used if the expectation does not hold */
    void expect(boolean holds, String fact, String remedy) {
        if (holds) {
            ok(fact);
        } else {
            error(fact, remedy);
        }
    }
}
