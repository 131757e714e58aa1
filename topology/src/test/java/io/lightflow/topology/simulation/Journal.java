package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Perils.Call;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is told of a run: how many blows of each kind, and on demand every step in words. */
final class Journal {
    static final Journal SILENT = new Journal(new Tally(), null);

    private final Tally tally;
    private final Consumer<String> lines;

    /** @param lines takes the log; null if nobody reads it */
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
