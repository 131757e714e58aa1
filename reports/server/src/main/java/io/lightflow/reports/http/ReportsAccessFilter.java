package io.lightflow.reports.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Authorizes requests. */
public final class ReportsAccessFilter {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final ReportsAccounts access;

    public ReportsAccessFilter(ReportsAccounts access) {
        this.access = access;
    }

    public void check(Context context) {
        ReportsRole needed = context.routeRoles().stream()
                .map(ReportsRole.class::cast)
                .findFirst()
                .orElse(ReportsRole.MANAGER);
        rejectOtherSites(context);
        if (needed == ReportsRole.OPEN) {
            return;
        }
        Optional<RequestPrincipal> principal = access.principal(context.header("Authorization"));
        if (principal.isEmpty()) {
            context.header("WWW-Authenticate", "Bearer realm=\"lightflow reports\"");
            throw ProblemException.unauthorized();
        }
        if (!principal.get().role().covers(needed)) {
            throw ProblemException.forbidden("account " + principal.get().name() + " is a "
                    + principal.get().role().name().toLowerCase(Locale.ROOT) + ", and this request requires a manager");
        }
        principal.get().keepIn(context);
    }

    /**
     * Rejects requests from pages of other sites to a server without accounts, which such a page could send to the
     * loopback address. With accounts, browsers never add the token themselves, so pages of other sites cannot use an
     * account.
     */
    private void rejectOtherSites(Context context) {
        boolean reads = context.method().equals(HandlerType.GET) && !access.isUnrestricted();
        if (!reads && isFromOtherSite(context.header("Sec-Fetch-Site"))) {
            throw ProblemException.forbidden("requests from pages of other sites are not accepted");
        }
        if (access.isUnrestricted() && !isLoopback(context.host())) {
            throw ProblemException.forbidden("this server has no accounts, and accepts only the host names "
                    + String.join(", ", LOOPBACK.stream().sorted().toList()) + ", not " + context.host());
        }
    }

    /** The same check for a reading request, without a reason. */
    public static boolean maySiteRead(ReportsAccounts access, String site, String host) {
        return !access.isUnrestricted() || !isFromOtherSite(site) && isLoopback(host);
    }

    private static boolean isFromOtherSite(String site) {
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    /** Rejects names of other sites that resolve to this machine. */
    private static boolean isLoopback(String host) {
        return host == null || LOOPBACK.contains(host.replaceFirst(":\\d+$", ""));
    }
}
