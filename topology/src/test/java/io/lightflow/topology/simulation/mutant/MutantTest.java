package io.lightflow.topology.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.simulation.mutant.MutantHunt.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A surviving mutant is a gap in the simulation. Each starts with the schedule that it records, as in
 * {@code lab/simulate --mutants}.
 */
class MutantTest {
    /** A search of fewer schedules is not worth a record. */
    private static final int WORTH_RECORDING = 5;

    @ParameterizedTest
    @EnumSource
    void theSimulationCatches(Mutant mutant) {
        Outcome outcome = MutantHunt.huntFromRecorded(mutant, 600);
        assertThat(outcome.caught()).as(mutant.breaks()).isTrue();
        if (outcome.schedules() > WORTH_RECORDING) {
            System.out.printf("%s is caught by schedule %d: record it%n", mutant, outcome.lastSeed());
        }
    }
}
