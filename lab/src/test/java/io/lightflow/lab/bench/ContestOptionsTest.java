package io.lightflow.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Wrong options of a contest are rejected before anything is started. */
class ContestOptionsTest {
    private final StringWriter output = new StringWriter();

    private int run(String... arguments) {
        PrintWriter writer = new PrintWriter(output, true);
        CommandLine command = BenchCommand.commandLine().setOut(writer).setErr(writer);
        return command.execute(arguments);
    }

    @Test
    void roundsNeedPeers() {
        assertThat(run("--rounds", "3")).isEqualTo(2);
        assertThat(output.toString()).contains("--rounds needs --against");
    }

    @Test
    void aKillNeedsPeers() {
        assertThat(run("--kill")).isEqualTo(2);
        assertThat(output.toString()).contains("--kill needs --against");
    }

    @Test
    void aKillStrikesUnderFullLoad() {
        assertThat(run("--against", "flink", "--kill", "--rate", "5000")).isEqualTo(2);
        assertThat(output.toString()).contains("--kill strikes under full load, found --rate 5000");
    }

    @Test
    void aKilledProcessHasNoProfile() {
        assertThat(run("--against", "flink", "--kill", "--profile", "target/no-such-profile"))
                .isEqualTo(2);
        assertThat(output.toString()).contains("--profile needs processes that end by themselves");
    }

    @Test
    void aPeerThatDoesNotExistIsNamed() {
        assertThat(run("--against", "no-such-peer")).isEqualTo(2);
        assertThat(output.toString()).contains("found no-such-peer", "such as kafka-streams");
    }

    @Test
    void aPeerIsNoPath() {
        assertThat(run("--against", "../lab")).isEqualTo(2);
        assertThat(output.toString()).contains("found ../lab");
    }

    @Test
    void eachPeerIsNamedOnce() {
        assertThat(run("--against", "flink,kafka-streams,flink")).isEqualTo(2);
        assertThat(output.toString()).contains("each once", "[flink, kafka-streams, flink]");
    }

    @Test
    void thereIsAtLeastOneRound() {
        assertThat(run("--against", "flink", "--rounds", "0")).isEqualTo(2);
        assertThat(output.toString()).contains("1 or more rounds");
    }

    @Test
    void theStoreIsRocksDb() {
        assertThat(run("--against", "flink", "--store", "aerospike=localhost:3000"))
                .isEqualTo(2);
        assertThat(output.toString()).contains("--against compares Lightflow on RocksDB");
    }
}
