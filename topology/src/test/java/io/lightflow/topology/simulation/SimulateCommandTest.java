package io.lightflow.topology.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SimulateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            SimulateCommand.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @BeforeAll
    static void quiet() {
        LoopLog.off();
    }

    @Test
    void manySchedulesAreSummedUp() {
        assertThat(command.execute("--schedules", "40")).isZero();
        assertThat(out.toString()).contains("40 schedules, ", "crash", "no answer", "read rows");
    }

    @Test
    void theFirstSeedIsChosen() {
        String tallies = "(?s).* events, [^\\n]*\\n";
        assertThat(command.execute("--first-seed", "1000000", "--schedules", "20"))
                .isZero();
        String far = out.toString().replaceFirst(tallies, "");
        out.getBuffer().setLength(0);
        assertThat(command.execute("--schedules", "20")).isZero();
        assertThat(out.toString().replaceFirst(tallies, "")).isNotEqualTo(far);
    }

    @Test
    void oneSeedIsReplayedStepByStep() {
        assertThat(command.execute("--seed", "3")).isZero();
        assertThat(out.toString()).contains(" join, ", " mirror, ", "seed 3: all is well");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--schedules=0", "--schedules=many", "--seed=x", "--crashes=9", "--seed=1 --mutants"})
    void aWrongOptionIsToldInTwoLines(String options) {
        assertThat(command.execute(options.split(" "))).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).contains("simulate --help");
    }
}
