package io.lightflow.distribution.tutorial;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.distribution.docs.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every step of {@code docs/tutorial.md} works as printed, with the tarball of this build and the home folder of a new
 * user. Only the installation of packages and the build are left out: this test runs in them.
 */
class TutorialTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long PAUSE_NANOS = 500_000_000;
    private static final Pattern WARNING = Pattern.compile("WARN|ERROR|Exception");

    /** Their commands read what arrives in the background. */
    private static final Set<String> REPEATED =
            Set.of("See the figures", "Ask why", "Query the events", "Send it again");

    @TempDir
    private Path home;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyStepWorksAsPrinted() {
        List<Step> steps = Step.of(Documents.PROJECT.resolve("docs/tutorial.md"));
        assertThat(steps).extracting(Step::section).containsAll(REPEATED);
        try (Terminal first = Terminal.open(home, Documents.PROJECT);
                Terminal second = Terminal.open(home, Documents.PROJECT)) {
            for (Step step : steps) {
                take(step.without("sudo apt-get ").without("mvn "), first, second);
            }
        }
    }

    private void take(Step step, Terminal first, Terminal second) {
        if (!step.file().isEmpty()) {
            save(step);
        } else if (step.text().contains("bin/lightflow up")) {
            first.start(step.text());
            first.await(step::isPrintedIn, LIMIT);
        } else if (step.section().equals("Stop")) {
            first.stop(LIMIT);
            assertThat(first.output().lines().filter(line -> WARNING.matcher(line)
                            .find()))
                    .isEmpty();
            second.run(step.text(), LIMIT);
            assertThat(home.resolve("lightflow-tutorial")).doesNotExist();
        } else if (REPEATED.contains(step.section())) {
            repeat(step, second);
        } else {
            String output = second.run(step.text(), LIMIT);
            assertThat(step.isPrintedIn(output))
                    .as(step.place() + ": " + output)
                    .isTrue();
        }
    }

    private void save(Step step) {
        try {
            Files.writeString(home.resolve("lightflow-tutorial").resolve(step.file()), step.text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void repeat(Step step, Terminal terminal) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        String output = terminal.run(step.text(), LIMIT);
        while (!step.isPrintedIn(output)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(step.place() + " expected " + step.output() + ", found " + output);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            output = terminal.run(step.text(), LIMIT);
        }
    }
}
