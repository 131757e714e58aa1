package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.lab.torture.StockReport.Done;
import io.lightflow.lab.torture.StockReport.Effects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StockReportTest {
    private static final StockReport REPORT = StockReport.of(
            7,
            StockSource.PLAIN,
            2_000,
            1_000,
            60,
            List.of(
                    Done.counted("kill", 5, "process 3", 8.5, 450, 0),
                    Done.counted("kill", 20, "process 4", 9, 0, 1),
                    Done.stopped("kill", 30, "process 5", 6, "NullPointerException: map is null"),
                    Done.counted("nothing", 40, "left alone", 0.5, 0, 0),
                    Done.stopped("freeze", 50, "process 6", 1, "")));

    @TempDir
    Path folder;

    @Test
    void eachKindSaysWhatWasLostDoubledAndStopped() {
        assertThat(REPORT.kinds())
                .containsEntry("kill", new Effects(3, 450, 1, 1, 9.0))
                .containsEntry("nothing", new Effects(1, 0, 0, 0, 0.5))
                .containsEntry("freeze", new Effects(1, 0, 0, 1, null))
                .hasSize(3);
        assertThat(REPORT.summary()).contains("1,000 impressions", "450 lost", "1 doubled", "2 times stopped");
    }

    @Test
    void jsonAndPageTellWhyItStopped() throws Exception {
        REPORT.write(folder.resolve("stock.json"));

        JsonNode json = new ObjectMapper().readTree(folder.resolve("stock.json").toFile());
        assertThat(json.get("lost").longValue()).isEqualTo(450);
        assertThat(json.get("faults").get(2).get("recoverySeconds").isNull()).isTrue();
        assertThat(Files.readString(folder.resolve("stock.md")))
                .contains(
                        "| 5 s | kill | process 3 | 8.5 s | 450 | 0 |",
                        "6 workers died one after the other, `NullPointerException: map is null` | never |",
                        "process 6; the worker hangs | never |");
    }
}
