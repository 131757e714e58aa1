package io.lightflow.protocol;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.invariant.Outcome;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.protocol.Attempt.Reading;
import io.lightflow.protocol.Attempt.Writing;
import io.lightflow.store.StoreQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Runs the real step read by read. Each read is answered from the cells that the store contained at that moment.
 * Results are cached, since the step is a pure function.
 */
final class ModelStep {
    private final Scenario scenario;
    private final boolean ghostRule;
    private final CellTable cells = new CellTable();
    private final TestSchemas schemas = new TestSchemas();
    private final OutputReader reader = new OutputReader(schemas);
    private final JoinStep step;
    private final Interned.Pool<Result> results = new Interned.Pool<>();
    private final Map<Reading, Progress> known = new HashMap<>();

    /** Runs the step with the available answers: it needs another read, or has a result. */
    private sealed interface Progress {
        record Wants(StoreQuery query) implements Progress {}

        record Done(Interned<Result> result) implements Progress {}
    }

    ModelStep(Scenario scenario, boolean ghostRule) {
        this.scenario = scenario;
        this.ghostRule = ghostRule;
        this.step = new JoinStep(scenario.settings(), new LastClick(), schemas.ids(), schemas);
    }

    /**
     * Returns the attempt after its next read, which finds these cells. Only the requested cells become part of the
     * answer.
     */
    Attempt read(Reading reading, long stored) {
        Reading further = reading;
        if (progress(reading) instanceof Progress.Wants wants) {
            List<Long> answers = new ArrayList<>(reading.answers());
            answers.add(stored & cells.in(wants.query()));
            further = new Reading(reading.position(), reading.end(), List.copyOf(answers));
        }
        return progress(further) instanceof Progress.Done done
                ? new Writing(done.result(), done.result().value().cells() & ~stored)
                : further;
    }

    /** The result of the block if all reads find the same cells. */
    Interned<Result> run(Interned<Position> position, List<Long> end, long stored) {
        Attempt attempt = new Reading(position, end, List.of());
        while (attempt instanceof Reading reading) {
            attempt = read(reading, stored);
        }
        return ((Writing) attempt).result();
    }

    /** The cells whose origins are below the position. */
    long visible(long stored, Position position) {
        return cells.visible(stored, position);
    }

    private Progress progress(Reading reading) {
        Progress progress = known.get(reading);
        if (progress == null) {
            progress = compute(reading);
            known.put(reading, progress);
        }
        return progress;
    }

    private Progress compute(Reading reading) {
        List<Long> next = scenario.offsets(reading.position().value());
        Progress progress = compute(reading, next);
        Progress again = compute(reading, next.stream().map(offset -> 0L).toList());
        if (!isSame(progress, again)) {
            throw new AssertionError(
                    "a block that comes again, from an older position, gives something else: " + reading);
        }
        return progress;
    }

    private boolean isSame(Progress one, Progress other) {
        return one instanceof Progress.Wants wants && other instanceof Progress.Wants others
                ? cells.in(wants.query()) == cells.in(others.query())
                : one.equals(other);
    }

    private Progress compute(Reading reading, List<Long> begin) {
        Position from = reading.position().value();
        Position seen = ghostRule ? from : AllVisible.position(from);
        Block block = scenario.block(begin, reading.end());
        try {
            StepResult result = step.run(seen, block, 1, cells.answering(reading.answers(), !ghostRule));
            Position next = ghostRule ? result.position() : AllVisible.without(result.position());
            return new Progress.Done(results.of(
                    new Result(from, next, cells.numbersOf(result.write(Scenario.SHARD)), outcomes(result))));
        } catch (CellTable.OneMoreRead more) {
            return new Progress.Wants(more.query());
        }
    }

    private List<Outcome> outcomes(StepResult result) {
        return Outcome.sorted(result.outputs().stream()
                .map(output -> reader.read(output).outcome())
                .filter(Objects::nonNull)
                .toList());
    }
}
