package io.lightflow.reports.http;

import io.javalin.security.RouteRole;

/** What a request needs, and what an account may do. */
public enum Role implements RouteRole {
    /** Nobody is asked who they are. */
    OPEN,
    VIEWER,
    MANAGER;

    boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }
}
