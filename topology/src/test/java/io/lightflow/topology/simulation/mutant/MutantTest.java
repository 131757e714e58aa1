package io.lightflow.topology.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A surviving mutant is a gap in the simulation. */
class MutantTest {

    @ParameterizedTest
    @EnumSource
    void theSimulationCatches(Mutant mutant) {
        assertThat(MutantHunt.hunt(mutant, 0, 600).caught()).as(mutant.breaks()).isTrue();
    }
}
