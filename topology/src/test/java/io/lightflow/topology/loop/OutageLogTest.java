package io.lightflow.topology.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

/** An outage is one line at its start and one at its end, with the context of its batch. */
class OutageLogTest {
    private final List<String> lines = new ArrayList<>();

    /** Keeps what is logged. */
    private final class Lines extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable cause) {
            lines.add(level + " " + message + (cause == null ? "" : " " + cause));
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }

    @Test
    void anOutageIsOneLineAtItsStartAndOneAtItsEnd() {
        OutageLog outage = new OutageLog(new Lines(), "it works again");
        outage.works();
        outage.failed("it is unavailable");
        outage.failed("it is still unavailable");
        outage.works();
        outage.works();
        outage.failed("it fails", new IllegalStateException("disk full"));

        assertThat(lines)
                .containsExactly(
                        "WARN it is unavailable",
                        "INFO it works again",
                        "WARN it fails java.lang.IllegalStateException: disk full");
    }

    @Test
    void theContextFollowsTheWorkIntoAnotherThread() throws Exception {
        List<String> seen = new ArrayList<>();
        List<Thread> helpers = new ArrayList<>();
        LogContext.inBatch(
                "us",
                "dataflow",
                42,
                () -> helpers.add(new Thread(LogContext.carried(() -> {
                    seen.add(LogContext.inShard(
                            3,
                            () -> MDC.get("group") + " " + MDC.get("topology") + " " + MDC.get("txid") + " "
                                    + MDC.get("shard")));
                    seen.add(MDC.get("shard"));
                }))));
        helpers.get(0).start();
        helpers.get(0).join();
        assertThat(seen).containsExactly("us dataflow 42 3", null);
        assertThat(MDC.get("txid")).isNull();
    }
}
