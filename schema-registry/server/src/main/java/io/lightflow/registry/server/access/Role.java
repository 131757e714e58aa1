package io.lightflow.registry.server.access;

import io.javalin.security.RouteRole;

/** What a request needs, and what an account may do. */
public enum Role implements RouteRole {
    /** Nobody is asked who they are. */
    OPEN,
    READ,
    WRITE;

    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }
}
