package io.lightflow.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.trident.TridentTopologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the bench measures is what {@code submit} starts. */
class BenchScriptTest {
    private static final int HEAP_MB = 1_400;

    @Test
    void theBenchRunsWithTheJvmOptionsOfWorkers() throws IOException {
        assertThat(Files.readString(Path.of("bench")))
                .contains("java_options=\"" + TridentTopologies.workerOptions(HEAP_MB) + "\"");
    }
}
