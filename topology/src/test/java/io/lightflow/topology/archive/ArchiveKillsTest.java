package io.lightflow.topology.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.simulation.mutant.MutatedClasses;
import java.util.function.LongFunction;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills at every step of a commit lose nothing, double nothing, and leave no file behind. */
class ArchiveKillsTest {
    private static final long SCHEDULES = Long.getLong("lightflow.archive.schedules", 24);
    private static final long MUTANT_SCHEDULES = 60;
    private static final long FIRST = Long.getLong("lightflow.archive.seed", 0);

    /** It logs every look at a table, and every fault of the simulated catalog. */
    @BeforeAll
    static void silenceIceberg() {
        Configurator.setLevel("org.apache.iceberg", Level.OFF);
    }

    @Test
    void killsLoseNothingDoubleNothingAndLeaveNoFiles() {
        int kills = 0;
        for (long seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
            try {
                kills += ArchiveKills.run(seed).kills();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("schedule " + seed + ", run it with -Dlightflow.archive.seed=" + seed, e);
            }
        }
        assertThat(kills).as("kills in " + SCHEDULES + " schedules").isGreaterThan((int) SCHEDULES);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aSeedHasOneTrace(long seed) {
        assertThat(ArchiveKills.run(seed).trace())
                .hasSizeGreaterThan(100)
                .isEqualTo(ArchiveKills.run(seed).trace());
    }

    @ParameterizedTest
    @EnumSource
    void theScheduleCatches(ArchiveMutant mutant) throws ReflectiveOperationException {
        LongFunction<?> trial = (LongFunction<?>) new MutatedClasses(mutant.changes())
                .loadClass("io.lightflow.topology.archive.ArchiveKillsTrial")
                .getConstructor()
                .newInstance();
        Object failure = trial.apply(mutant.schedule());
        for (long seed = 0; seed < MUTANT_SCHEDULES && failure == null; seed++) {
            failure = trial.apply(seed);
        }
        assertThat(failure).as(mutant.breaks()).isNotNull();
    }
}
