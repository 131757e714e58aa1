package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.lightflow.registry.server.access.Access;
import io.lightflow.registry.server.access.Role;

/** Lets a request through to its handler, or not. */
final class AccessGate {
    private static final String ACCOUNT = "account";

    private final Access access;

    AccessGate(Access access) {
        this.access = access;
    }

    void check(Context context) {
        Role needed =
                context.routeRoles().stream().map(Role.class::cast).findFirst().orElse(Role.WRITE);
        refuseOtherSites(context);
        Access.Decision decision = access.decide(context.header("Authorization"), needed);
        context.attribute(ACCOUNT, decision.name());
        switch (decision.verdict()) {
            case ALLOWED -> {}
            case UNKNOWN -> {
                context.header("WWW-Authenticate", "Basic realm=\"schema registry\", charset=\"UTF-8\"");
                throw ApiException.unauthorized();
            }
            case FORBIDDEN ->
                throw ApiException.forbidden(
                        "Forbidden: " + decision.name() + " may read, and this needs the role write");
        }
    }

    /** A browser that has a password here would send it along with a request that another site has made. */
    private static void refuseOtherSites(Context context) {
        String site = context.header("Sec-Fetch-Site");
        if (!context.method().equals(HandlerType.GET)
                && site != null
                && !site.equals("same-origin")
                && !site.equals("none")) {
            throw ApiException.forbidden("Forbidden: requests from pages of other sites are not accepted");
        }
    }

    /** The name of who sends this request; "-" if nobody was asked. */
    static String account(Context context) {
        String name = context.attribute(ACCOUNT);
        return name == null ? "-" : name;
    }
}
