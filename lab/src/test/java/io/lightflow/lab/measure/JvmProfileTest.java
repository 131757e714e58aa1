package io.lightflow.lab.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmProfileTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    /** Works until Flight Recorder must have seen it several times. */
    private static long busyMethod() {
        long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
        long sum = 0;
        while (System.nanoTime() < end) {
            sum = sum * 31 + System.nanoTime();
        }
        return sum;
    }

    private static long count(List<String> lines) {
        return lines.stream()
                .filter(line -> line.contains(".busyMethod"))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void stacksOfABusyMethodAreCountedAndAddUp() throws Exception {
        Path file = folder.resolve("new").resolve("stacks.txt");
        long before = 0;
        long end = System.nanoTime() + LIMIT.toNanos();
        // A machine under load may sample less often.
        for (int recordings = 0; recordings < 2 && System.nanoTime() < end; ) {
            JvmProfile profile = JvmProfile.start();
            assertThat(busyMethod()).isNotZero();
            profile.addTo(file);
            long now = count(Files.readAllLines(file));
            if (now > before) {
                recordings++;
                before = now;
            }
        }

        List<String> lines = Files.readAllLines(file);
        assertThat(before).isGreaterThanOrEqualTo(2);
        assertThat(lines).allMatch(line -> line.matches("[^;]+(;[^;]+)* \\d+"));
        assertThat(lines)
                .anyMatch(line -> line.startsWith(CollapsedStacks.threadGroup(
                                Thread.currentThread().getName()))
                        && line.contains(";io.lightflow.lab.measure.JvmProfileTest.busyMethod"));
    }

    @Test
    void threadsThatDifferInNumbersBelongTogether() {
        assertThat(CollapsedStacks.threadGroup("Thread-12-b-0-executor[3, 3]"))
                .isEqualTo(CollapsedStacks.threadGroup("Thread-7-b-0-executor[11, 11]"));
        assertThat(CollapsedStacks.threadGroup("a;b\tc")).isEqualTo("a b c");
    }
}
