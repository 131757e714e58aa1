package io.lightflow.registry.server.access;

import io.javalin.security.RouteRole;

/** The role that a request requires, and that an account has. */
public enum RegistryRole implements RouteRole {
    /** Requires no authentication. */
    OPEN,
    READ,
    WRITE;

    public boolean covers(RegistryRole needed) {
        return compareTo(needed) >= 0;
    }
}
