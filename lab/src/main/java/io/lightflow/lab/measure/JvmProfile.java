package io.lightflow.lab.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;

/** Samples the stacks of this JVM with Flight Recorder. Not thread-safe. */
public final class JvmProfile {
    private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(10);

    private final Recording recording = new Recording();

    private JvmProfile() {}

    public static JvmProfile start() {
        JvmProfile profile = new JvmProfile();
        profile.recording.enable(CollapsedStacks.JAVA_SAMPLE).withPeriod(SAMPLE_INTERVAL);
        profile.recording.enable(CollapsedStacks.NATIVE_SAMPLE).withPeriod(SAMPLE_INTERVAL);
        profile.recording.start();
        return profile;
    }

    /**
     * Ends the recording and adds its stacks to those in a file.
     *
     * @param file in the format of {@link CollapsedStacks}; created if it is missing
     */
    public void addTo(Path file) throws IOException {
        Path recorded = Files.createTempFile("lightflow", ".jfr");
        try (Recording ended = recording) {
            ended.stop();
            ended.dump(recorded);
            CollapsedStacks stacks = CollapsedStacks.read(file);
            stacks.addRecording(recorded);
            stacks.write(file);
        } finally {
            Files.delete(recorded);
        }
    }
}
