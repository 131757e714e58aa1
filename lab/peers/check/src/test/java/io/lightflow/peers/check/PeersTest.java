package io.lightflow.peers.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.local.DataDirectories;
import io.lightflow.lab.contest.Contest;
import io.lightflow.lab.contest.ContestReport;
import io.lightflow.lab.contest.ContestSettings;
import io.lightflow.lab.contest.ContestSettings.Fault;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lightflow and both peers do a small job, and all outputs are those of the independent answer. */
class PeersTest {
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx700m", "-XX:+UseSerialGC", "-Xss512k");

    private static ContestReport run(String folder, long events, Integer rate, Fault fault) throws Exception {
        return new Contest(
                        new ContestSettings(
                                List.of("kafka-streams", "flink"),
                                Path.of(".."),
                                1,
                                events,
                                1,
                                rate,
                                fault,
                                10,
                                Duration.ofSeconds(5),
                                new LightflowOptions(JAVA_OPTIONS, 1, 10_000, 1, null)),
                        System.out)
                .run(DataDirectories.fresh(folder));
    }

    @Test
    void everyOutputOfADrainIsExact() throws Exception {
        ContestReport report = run("drain", 20_000, null, Fault.NONE);

        assertThat(report.isExact()).as(report.table()).isTrue();
        assertThat(report.table()).contains("| lightflow |", "| kafka-streams |", "| flink |");
    }

    @Test
    void everyOutputAtARateIsExact() throws Exception {
        ContestReport report = run("rate", 20_000, 500, Fault.NONE);

        assertThat(report.isExact()).as(report.table()).isTrue();
    }

    @Test
    void everyOutputAfterAKillIsExact() throws Exception {
        ContestReport report = run("kill", 300_000, null, Fault.KILL);

        assertThat(report.isExact()).as(report.table()).isTrue();
    }
}
