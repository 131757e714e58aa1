package io.lightflow.registry.server;

import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each change: who, from where, what. */
final class Audit {
    /** A name of its own, so that it can be kept apart. */
    private static final Logger LOG = LoggerFactory.getLogger("io.lightflow.registry.audit");

    private final RegistryMetrics metrics;

    Audit(RegistryMetrics metrics) {
        this.metrics = metrics;
    }

    /**
     * @param action one word, which is counted
     * @param details what was done; holds no text that was not checked for control characters
     */
    void changed(Context context, String action, String details) {
        metrics.changed(action);
        LOG.info("{} from {}: {} {}", AccessGate.account(context), context.ip(), action, details);
    }
}
