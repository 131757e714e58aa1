package io.lightflow.reports.login;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs an outage of the provider: one line when it starts and one when it ends. Thread-safe. */
final class ProviderOutage {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderOutage.class);

    private final AtomicBoolean lasts = new AtomicBoolean();

    void start(String reason) {
        if (lasts.compareAndSet(false, true)) {
            LOG.warn("The provider of log-ins is unavailable: {}", reason);
        }
    }

    void end() {
        if (lasts.get() && lasts.compareAndSet(true, false)) {
            LOG.info("The provider of log-ins is available again");
        }
    }

    boolean lasts() {
        return lasts.get();
    }
}
