package io.lightflow.reports.login;

import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs an outage of the provider: one line when its first part fails, and one when all work again. A part that works
 * tells nothing about the others: keys may be read while codes cannot be redeemed. Thread-safe.
 */
final class ProviderOutage {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderOutage.class);

    /** A service of the provider. */
    enum Part {
        METADATA,
        KEYS,
        CODES
    }

    /** Guarded by this. */
    private final Set<Part> failing = EnumSet.noneOf(Part.class);

    synchronized void start(Part part, String reason) {
        if (failing.isEmpty()) {
            LOG.warn("The provider of log-ins is unavailable: {}", reason);
        }
        failing.add(part);
    }

    synchronized void end(Part part) {
        if (failing.remove(part) && failing.isEmpty()) {
            LOG.info("The provider of log-ins is available again");
        }
    }

    synchronized boolean lasts(Part part) {
        return failing.contains(part);
    }
}
