package io.lightflow.peers.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetainedCheckpointsTest {
    @TempDir
    Path folder;

    private Path checkpoint(String name, long ms) throws IOException {
        Path checkpoint = Files.createDirectories(folder.resolve(name));
        Path metadata = Files.createFile(checkpoint.resolve("_metadata"));
        Files.setLastModifiedTime(metadata, FileTime.fromMillis(ms));
        return checkpoint;
    }

    @Test
    void theLatestOfAllJobsIsFound() throws IOException {
        checkpoint("first-job/chk-9", 1_000);
        Path latest = checkpoint("second-job/chk-3", 3_000);
        checkpoint("second-job/chk-2", 2_000);

        assertThat(RetainedCheckpoints.latest(folder)).contains(latest);
    }

    @Test
    void anIncompleteCheckpointDoesNotCount() throws IOException {
        Files.createDirectories(folder.resolve("job/chk-1"));

        assertThat(RetainedCheckpoints.latest(folder)).isEmpty();
    }

    @Test
    void thereIsNoneAtTheFirstStart() {
        assertThat(RetainedCheckpoints.latest(folder.resolve("new"))).isEmpty();
    }
}
