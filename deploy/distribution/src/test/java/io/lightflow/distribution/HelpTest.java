package io.lightflow.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The help of every command, and the completion. */
class HelpTest {
    @TempDir
    private Path folder;

    @Test
    void noHelpPrintsAWarning() throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        HelpPrinter.class.getName())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // Java says on the error stream that it uses them.
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process process = builder.start();
        assertThat(process.waitFor()).as(Files.readString(err)).isZero();
        assertThat(Files.readString(err)).isEmpty();
        assertThat(Files.readString(out)).contains("Usage: lab/reports-bench", "Usage: lightflow mirror audit");
    }

    @Test
    void lightflowHasEveryCommand() {
        assertThat(LightflowCommand.commandLine().getSubcommands())
                .containsKeys(
                        "up",
                        "registry",
                        "sync",
                        "reports",
                        "capture",
                        "link",
                        "mirror",
                        "submit",
                        "show",
                        "pause",
                        "resume",
                        "accept-gap",
                        "certify",
                        "monitor",
                        "doctor",
                        "retention");
    }

    @Test
    void theCompletionKnowsCommandsAndOptions() throws Exception {
        Path file = folder.resolve("completion/lightflow.bash");
        CompletionScript.main(new String[] {file.toString()});
        assertThat(Files.readString(file)).contains("accept-gap", "--storm-conf", "complete ");
    }
}
