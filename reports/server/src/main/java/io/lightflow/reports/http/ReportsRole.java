package io.lightflow.reports.http;

import io.javalin.security.RouteRole;
import java.util.Locale;

/** The role that a request requires, and that an account has. */
public enum ReportsRole implements RouteRole {
    /** Requires no authentication. */
    OPEN,
    /** Reads campaigns and statistics. */
    VIEWER,
    /** Reads events, too. */
    ANALYST,
    /** Changes campaigns, too. */
    MANAGER;

    /** The name in settings and messages. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean covers(ReportsRole needed) {
        return compareTo(needed) >= 0;
    }
}
