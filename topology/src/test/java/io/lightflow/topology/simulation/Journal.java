package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Perils.Call;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The record of a run: the number of blows of each kind, and a description of every step on demand. */
final class Journal {
    static final Journal SILENT = new Journal(new Tally(), null);

    private final Tally tally;
    private final Consumer<String> lines;

    /** @param lines receives the log; null for no log */
    Journal(Tally tally, Consumer<String> lines) {
        this.tally = tally;
        this.lines = lines;
    }

    void tell(Supplier<String> line) {
        if (lines != null) {
            lines.accept(line.get());
        }
    }

    void count(Blow blow, Call call) {
        tally.count(blow.fate(), blow.moment(), call);
    }

    void count(Event event) {
        tally.count(event.what());
    }
}
