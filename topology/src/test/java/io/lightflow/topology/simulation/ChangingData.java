package io.lightflow.topology.simulation;

import io.lightflow.enrichment.Enrichment;
import io.lightflow.invariant.VersionedData;
import io.lightflow.join.JoinStep;
import io.lightflow.topology.dataflow.StepFactory;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The steps of one process, whose data is newer than that of every process before. It becomes newer again after a few
 * batches, so a replay never has the data of the first attempt.
 */
final class ChangingData implements StepFactory {
    private static final int BATCHES = 4;

    private final Function<Enrichment, JoinStep> steps;
    private final LongSupplier nextVersion;
    private long version;
    private int batches;

    ChangingData(Function<Enrichment, JoinStep> steps, LongSupplier nextVersion) {
        this.steps = steps;
        this.nextVersion = nextVersion;
        this.version = nextVersion.getAsLong();
    }

    @Override
    public JoinStep newStep() {
        return steps.apply(VersionedData.of(version));
    }

    @Override
    public boolean renew() {
        batches++;
        if (batches % BATCHES != 0) {
            return false;
        }
        version = nextVersion.getAsLong();
        return true;
    }
}
