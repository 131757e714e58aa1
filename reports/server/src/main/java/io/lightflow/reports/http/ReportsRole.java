package io.lightflow.reports.http;

import io.javalin.security.RouteRole;

/** The role that a request requires, and that an account has. */
public enum ReportsRole implements RouteRole {
    /** Requires no authentication. */
    OPEN,
    VIEWER,
    MANAGER;

    boolean covers(ReportsRole needed) {
        return compareTo(needed) >= 0;
    }
}
