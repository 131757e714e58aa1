package io.lightflow.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The messages for a wrong command line. */
class MainTest {
    @TempDir
    Path folder;

    private record Run(int exitCode, String out, String err) {}

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return new Run(commandLine.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void helpListsTheCommands() {
        Run run = run("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("lightflow", "submit", "show", "pause", "resume", "accept-gap", "certify", "retention");
    }

    @Test
    void anUnknownCommandIsNamedAndTheCommandsAreShown() {
        Run run = run("sumbit");

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).contains("sumbit", "lightflow");
    }

    @Test
    void noCommandAtAllShowsTheCommands() {
        Run run = run();

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).contains("submit");
    }

    @Test
    void everyCommandAsksForTheSettings() {
        for (String command : new String[] {
            "submit", "show", "pause", "resume", "accept-gap", "retention", "rebuild-store", "checkpoint", "restore"
        }) {
            Run run = run(command);

            assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(run.err()).contains("--settings");
        }
    }

    @Test
    void aMissingSettingsFileIsOneLine() {
        Path file = folder.resolve("absent.yaml");

        Run run = run("submit", "--settings", file.toString());

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(run.err().lines()).hasSize(1).first().asString().contains(file.toString());
    }

    @Test
    void aSettingsErrorIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("us.yaml"), "group: us\n");

        Run run = run("show", "--settings", file.toString());

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(run.err().lines()).hasSize(1).first().asString().contains(file.toString(), "the key dataCenters");
    }

    @Test
    void aParallelismThatCannotBeIsRefusedBeforeAnythingIsTouched() throws Exception {
        // Nothing that these settings name is there: to touch it would take long and fail otherwise.
        Path file = Files.writeString(folder.resolve("us.yaml"), """
                group: us
                dataCenters: [us-west]
                shards: 8
                kafka: {bootstrapServers: "127.0.0.1:1"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                """);

        Run run = run("submit", "--settings", file.toString(), "--parallelism", "9");

        assertThat(run.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).contains("--parallelism", "8", "9");
    }

    @Test
    void anUnknownTopologyIsRefusedWithTheNamesOfThoseThatExist() {
        for (String[] wrong : new String[][] {
            {"submit", "--settings", "us.yaml", "--only", "statistics"},
            {"show", "--settings", "us.yaml", "--only", "statistics"},
            {"pause", "--settings", "us.yaml", "--only", "statistics"},
            {
                "accept-gap",
                "--settings",
                "us.yaml",
                "--topology",
                "statistics",
                "--shard",
                "0",
                "--topic",
                "t",
                "--to",
                "1"
            }
        }) {
            Run run = run(wrong);

            assertThat(run.exitCode()).as(run.err()).isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(run.err()).contains("statistics", "dataflow, stats-counter");
        }
    }

    @Test
    void certifyAsksForOneWayToNameTheHourAndRefusesHalfOfOne() {
        for (String[] wrong : new String[][] {
            {"certify", "--settings", "us.yaml"},
            {"certify", "--settings", "us.yaml", "--last", "--follow", "--hour", "2026-01-01T13"},
            {"certify", "--settings", "us.yaml", "--hour", "2026-01-01T13:30"},
            {"certify", "--settings", "us.yaml", "--hour", "2026-02-30T13"}
        }) {
            Run run = run(wrong);

            assertThat(run.exitCode()).as(run.err()).isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(run.err()).contains("--hour");
        }
    }

    @Test
    void certifyRecordsWholeHoursOnly() {
        Run run = run("certify", "--settings", "us.yaml", "--last", "--shard", "0", "--record");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run.err()).contains("--record needs all shards");
    }
}
