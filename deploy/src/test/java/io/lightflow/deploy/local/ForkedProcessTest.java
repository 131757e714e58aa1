package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A forked process does not outlive the one that started it. */
class ForkedProcessTest {
    private static final List<String> SMALL = List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Test
    void itEndsWhenTheProcessThatStartedItIsKilled() throws Exception {
        try (ForkedProcess parent = new ForkedProcess(Parent.class, SMALL)) {
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(parent.start())).orElseThrow();

            ProcessHandle.of(parent.id()).orElseThrow().destroyForcibly();

            child.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void oneThatEndsBeforeItAnswersIsAnError() {
        try (ForkedProcess process = new ForkedProcess(Silent.class, SMALL)) {
            assertThatThrownBy(process::start).hasMessageContaining("Silent ended before it was ready");
        }
    }

    /** Starts a process, and answers with its id in place of an address. */
    static final class Parent {
        public static void main(String[] arguments) throws IOException {
            ForkedProcess.serveAt(new ForkedProcess(Child.class, SMALL).start());
        }
    }

    static final class Child {
        public static void main(String[] arguments) throws IOException {
            ForkedProcess.serveAt(Long.toString(ProcessHandle.current().pid()));
        }
    }

    static final class Silent {
        public static void main(String[] arguments) {}
    }
}
