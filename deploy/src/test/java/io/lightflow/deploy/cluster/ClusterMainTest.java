package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    void everyCommandHasHelp() {
        Result result = run("--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("up", "down", "status", "submit", "kill", "restart");
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
