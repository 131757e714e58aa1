package io.lightflow.registry.server;

import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each change: account, address, action and details. */
final class AuditLog {
    /** A separate logger, so that its output can go to a separate file. */
    private static final Logger LOG = LoggerFactory.getLogger("io.lightflow.registry.audit");

    private final RegistryMetrics metrics;

    AuditLog(RegistryMetrics metrics) {
        this.metrics = metrics;
    }

    /**
     * @param action one word, which the metrics count
     * @param details the change; contains only strings that were checked for control characters
     */
    void changed(Context context, String action, String details) {
        metrics.changed(action);
        LOG.info("{} from {}: {} {}", RegistryAccessFilter.account(context), context.ip(), action, details);
    }
}
