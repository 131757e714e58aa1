package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.operator.CommandErrors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong option is rejected before anything is started. */
class TortureCommandTest {
    private final StringWriter output = new StringWriter();

    @TempDir
    Path folder;

    private int run(String... arguments) {
        PrintWriter writer = new PrintWriter(output, true);
        return CommandErrors.installOn(
                        TortureCommand.commandLine().setOut(writer).setErr(writer))
                .execute(arguments);
    }

    @Test
    void eventsAndMinutesArePositive() {
        assertThat(run("--events", "0")).isEqualTo(2);
        assertThat(run("--minutes", "-1")).isEqualTo(2);
        assertThat(output.toString()).contains("--events 0", "--minutes -1");
    }

    @Test
    void aFolderWithThingsInItIsLeftAlone() throws Exception {
        Files.writeString(folder.resolve("precious"), "data");

        assertThat(run("--data", folder.toString())).isEqualTo(2);
        assertThat(output.toString()).contains("--data", folder.toString());
        assertThat(folder.resolve("precious")).hasContent("data");
    }

    @Test
    void aWordThatNoFaultContainsIsAnsweredWithThoseThatThereAre() {
        assertThat(run("--data", folder.toAbsolutePath().toString(), "--only", "earthquake"))
                .isEqualTo(2);
        assertThat(output.toString()).contains("earthquake", "kill -9 dataflow worker", "kill -9 kafka-us-east");
    }

    @Test
    void whatTheStockTopologyCanCountIsNamed() {
        assertThat(run("--stock=compacted")).isEqualTo(2);
        assertThat(output.toString()).contains("compacted", "PLAIN", "TRANSACTIONAL");
    }

    @Test
    void theAerospikeServerIsAnExecutableAndOnlyForLightflow() {
        Path missing = folder.resolve("asd");
        assertThat(run("--asd", missing.toString())).isEqualTo(2);
        assertThat(run("--asd", missing.toString(), "--stock")).isEqualTo(2);
        assertThat(output.toString()).contains("found none at " + missing, "without --asd");
    }
}
