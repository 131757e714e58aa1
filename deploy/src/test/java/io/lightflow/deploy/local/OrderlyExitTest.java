package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process that is told to exit ends when its command has closed what it opened. */
class OrderlyExitTest {
    @Test
    void whatTheCommandHasOpenedIsClosedBeforeTheProcessEnds() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpensAndWaits.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("opened");

            process.toHandle().destroy();

            assertThat(output.lines().toList()).last().isEqualTo("closed");
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aCommandThatIsNotInterruptedReturnsAndThrowsAsItIs() throws Exception {
        assertThat(new OrderlyExit().run(() -> 3)).isEqualTo(3);
        IOException failure = new IOException("of the command");
        OrderlyExit exit = new OrderlyExit();
        assertThatThrownBy(() -> exit.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    static final class OpensAndWaits {
        @SuppressWarnings("try")
        public static void main(String[] arguments) throws Exception {
            System.exit(new OrderlyExit().run(() -> {
                try (AutoCloseable opened = () -> System.out.println("closed")) {
                    System.out.println("opened");
                    new CountDownLatch(1).await();
                    return 0;
                }
            }));
        }
    }
}
