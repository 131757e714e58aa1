package io.lightflow.topology.loop;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/** Logs one WARN when something begins to fail, and one INFO when it works again. Thread-safe. */
public final class OutageLog {
    private final Logger log;
    private final String end;
    private final AtomicBoolean failing = new AtomicBoolean();

    /** @param end what is logged when it works again */
    public OutageLog(Logger log, String end) {
        this.log = log;
        this.end = end;
    }

    /** @param message what fails, why, and what follows from it */
    public void failed(String message) {
        if (!failing.getAndSet(true)) {
            log.warn(message);
        }
    }

    /** Logs the stack trace as well, for failures that should not happen. */
    public void failed(String message, Exception cause) {
        if (!failing.getAndSet(true)) {
            log.warn(message, cause);
        }
    }

    public void works() {
        if (failing.getAndSet(false)) {
            log.info(end);
        }
    }
}
