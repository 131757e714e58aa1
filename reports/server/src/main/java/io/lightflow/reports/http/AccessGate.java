package io.lightflow.reports.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Lets a request through to its handler, or not. */
public final class AccessGate {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Access access;

    public AccessGate(Access access) {
        this.access = access;
    }

    public void check(Context context) {
        Role needed =
                context.routeRoles().stream().map(Role.class::cast).findFirst().orElse(Role.MANAGER);
        refuseOtherSites(context);
        if (needed == Role.OPEN) {
            return;
        }
        Optional<Caller> caller = access.caller(context.header("Authorization"));
        if (caller.isEmpty()) {
            context.header("WWW-Authenticate", "Bearer realm=\"lightflow reports\"");
            throw ProblemException.unauthorized();
        }
        if (!caller.get().role().covers(needed)) {
            throw ProblemException.forbidden("account " + caller.get().name() + " is a "
                    + caller.get().role().name().toLowerCase(Locale.ROOT) + ", and this needs a manager");
        }
        caller.get().keepIn(context);
    }

    /**
     * A token is sent by those only who have it, never by a browser on its own: so no other site's page can use an
     * account. Where nobody needs one, a page could reach this machine's loopback address.
     */
    private void refuseOtherSites(Context context) {
        String site = context.header("Sec-Fetch-Site");
        boolean fromOtherSite = site != null && !site.equals("same-origin") && !site.equals("none");
        if (fromOtherSite && (access.isUnrestricted() || !context.method().equals(HandlerType.GET))) {
            throw ProblemException.forbidden("requests from pages of other sites are not accepted");
        }
        if (access.isUnrestricted() && !isLoopback(context.host())) {
            throw ProblemException.forbidden("this server has no accounts, and answers to the names "
                    + String.join(", ", LOOPBACK.stream().sorted().toList()) + " only, not to " + context.host());
        }
    }

    /** A name of another site that was made to lead to this machine is no name of it. */
    private static boolean isLoopback(String host) {
        return host == null || LOOPBACK.contains(host.replaceFirst(":\\d+$", ""));
    }
}
