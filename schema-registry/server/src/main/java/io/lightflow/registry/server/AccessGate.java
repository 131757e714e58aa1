package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.lightflow.registry.server.access.Account;
import io.lightflow.registry.server.access.Role;
import io.lightflow.service.access.Accounts;
import java.util.Optional;

/** Lets a request through to its handler, or not. */
final class AccessGate {
    private static final String ACCOUNT = "account";

    private final Accounts<Account> access;

    AccessGate(Accounts<Account> access) {
        this.access = access;
    }

    void check(Context context) {
        Role needed =
                context.routeRoles().stream().map(Role.class::cast).findFirst().orElse(Role.WRITE);
        refuseOtherSites(context);
        if (access.isUnrestricted() || needed == Role.OPEN) {
            return;
        }
        Optional<Account> account = access.sender(context.header("Authorization"));
        if (account.isEmpty()) {
            context.header("WWW-Authenticate", "Basic realm=\"schema registry\", charset=\"UTF-8\"");
            throw ApiException.unauthorized();
        }
        String name = account.get().name();
        if (!account.get().role().covers(needed)) {
            throw ApiException.forbidden("Forbidden: " + name + " may read, and this needs the role write");
        }
        context.attribute(ACCOUNT, name);
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
