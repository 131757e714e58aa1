package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.lab.torture.TortureReport.Done;
import io.lightflow.lab.torture.TortureReport.Recovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TortureReportTest {
    private static final List<Done> FAULTS = List.of(
            new Done("kill -9 nimbus", 10, "process 7", 1, 3), new Done("kill -9 nimbus", 50, "process 8", 2, 4),
            new Done("zombie", 90, "process 9", 0.5, 1.5), new Done("kill -9 nimbus", 130, "process 10", 1, 9));

    @TempDir
    Path folder;

    @Test
    void recoveryIsGivenForEachKind() {
        TortureReport report = TortureReport.of(7, "RocksDB", 1_000, 60, List.of(), FAULTS);

        assertThat(report.recoverySeconds())
                .containsEntry("kill -9 nimbus", new Recovery(3, 3, 4, 9))
                .containsEntry("zombie", new Recovery(1, 1.5, 1.5, 1.5))
                .hasSize(2);
        assertThat(report.firstCommitSeconds()).containsEntry("kill -9 nimbus", new Recovery(3, 1, 1, 2));
    }

    @Test
    void anyDifferenceShowsInTheJsonAndOnThePage() throws Exception {
        TortureReport.of(7, "RocksDB", 1_000, 60, List.of("missing: click 4711"), FAULTS)
                .write(folder.resolve("run.json"));

        JsonNode json = new ObjectMapper().readTree(folder.resolve("run.json").toFile());
        assertThat(json.get("balanced").booleanValue()).isFalse();
        assertThat(json.get("differences").get(0).textValue()).isEqualTo("missing: click 4711");
        assertThat(json.get("faults").get(2).get("recoverySeconds").doubleValue())
                .isEqualTo(1.5);
        assertThat(Files.readString(folder.resolve("run.md")))
                .contains("1 differences", "missing: click 4711", "| 90 s | zombie | process 9 | 0.5 s | 1.5 s |");
    }

    @Test
    void aRunWithoutDifferencesIsBalanced() {
        assertThat(TortureReport.of(7, "RocksDB", 1_000, 60, List.of(), FAULTS).balanced())
                .isTrue();
    }
}
