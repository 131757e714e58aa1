package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ClusterMainTest {
    @TempDir
    Path folder;

    @Test
    void aFolderWithoutClusterIsNamedWithTheWayOut() {
        Result result = run("status", "--data", folder.toString());
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("no cluster in " + folder, "up");
    }

    @Test
    void anUnknownComponentIsRefusedWithTheKnownOnes() {
        Result result = run("up", "--data", folder.toString(), "--components", "zookeper");
        assertThat(result.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(result.err()).contains("zookeper", "ZOOKEEPER");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownPortIsRefusedWithTheKnownOnes() {
        Result result = run("up", "--data", folder.toString(), "--components", "zookeeper", "--port", "nimbsu=6627");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("nimbsu", "nimbus", "kafka-central");
    }

    @Test
    void aMissingAerospikeServerIsRefusedAndNotRemembered() {
        Path asd = folder.resolve("asd");
        Result result = run("up", "--data", folder.toString(), "--components", "zookeeper", "--asd", asd.toString());
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("an Aerospike server", asd.toString());
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "down", "status", "submit", "kill", "restart", "lightflow"})
    void everyCommandHasHelp(String command) {
        assertThat(run("--help").out()).contains(command);
        Result result = run(command, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("cluster " + command, "--data").doesNotContain("null");
    }

    private record Result(int exitCode, String out, String err) {}

    private static Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = ClusterMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }
}
