package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import java.util.Optional;

/** Authorizes requests. */
final class RegistryAccessFilter {
    private static final String ACCOUNT = "account";

    private final Accounts<RegistryAccount> access;

    RegistryAccessFilter(Accounts<RegistryAccount> access) {
        this.access = access;
    }

    void check(Context context) {
        RegistryRole needed = context.routeRoles().stream()
                .map(RegistryRole.class::cast)
                .findFirst()
                .orElse(RegistryRole.WRITE);
        rejectOtherSites(context);
        if (access.isUnrestricted() || needed == RegistryRole.OPEN) {
            return;
        }
        Optional<RegistryAccount> account = access.authenticate(context.header("Authorization"));
        if (account.isEmpty()) {
            context.header("WWW-Authenticate", "Basic realm=\"schema registry\", charset=\"UTF-8\"");
            throw ApiException.unauthorized();
        }
        String name = account.get().name();
        if (!account.get().role().covers(needed)) {
            throw ApiException.forbidden(
                    "Forbidden: expected an account with the role write, found " + name + " with the role read");
        }
        context.attribute(ACCOUNT, name);
    }

    /** Rejects requests from pages of other sites: a browser would add the stored password to them. */
    private static void rejectOtherSites(Context context) {
        String site = context.header("Sec-Fetch-Site");
        if (!context.method().equals(HandlerType.GET)
                && site != null
                && !site.equals("same-origin")
                && !site.equals("none")) {
            throw ApiException.forbidden("Forbidden: requests from pages of other sites are not accepted");
        }
    }

    /** The name of the request's account; "-" without authentication. */
    static String account(Context context) {
        String name = context.attribute(ACCOUNT);
        return name == null ? "-" : name;
    }
}
