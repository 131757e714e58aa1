package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;

/** Adds each path twice: as it is, for the default context, and below the path of a context. */
final class ContextRoutes {
    private static final String CONTEXT = "/contexts/{context}";

    private final RoutesConfig routes;

    ContextRoutes(RoutesConfig routes) {
        this.routes = routes;
    }

    void get(String path, Handler handler, RouteRole role) {
        routes.get(path, handler, role);
        routes.get(CONTEXT + path, handler, role);
    }

    void post(String path, Handler handler, RouteRole role) {
        routes.post(path, handler, role);
        routes.post(CONTEXT + path, handler, role);
    }

    void put(String path, Handler handler, RouteRole role) {
        routes.put(path, handler, role);
        routes.put(CONTEXT + path, handler, role);
    }

    void delete(String path, Handler handler, RouteRole role) {
        routes.delete(path, handler, role);
        routes.delete(CONTEXT + path, handler, role);
    }
}
