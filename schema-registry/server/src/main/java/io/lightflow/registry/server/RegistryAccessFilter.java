package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.FailedLogins;
import io.lightflow.service.access.RateLimit;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.OriginCheck;
import java.util.Optional;

/** Authorizes requests, and bounds their rate. */
final class RegistryAccessFilter {
    private static final String ACCOUNT = "account";

    private final Accounts<RegistryAccount> access;
    private final RateLimit rate;
    private final FailedLogins failedLogins = new FailedLogins("the schema registry");

    RegistryAccessFilter(Accounts<RegistryAccount> access, HttpLimits limits) {
        this.access = access;
        this.rate = limits.rate();
    }

    void check(Context context) {
        RegistryRole needed = context.routeRoles().stream()
                .map(RegistryRole.class::cast)
                .findFirst()
                .orElse(RegistryRole.WRITE);
        OriginCheck.rejection(access, context.method().name(), context.header("Sec-Fetch-Site"), context.host())
                .ifPresent(reason -> {
                    throw ApiException.forbidden("Forbidden: " + reason);
                });
        if (access.isUnrestricted() || needed == RegistryRole.OPEN) {
            return;
        }
        String authorization = context.header("Authorization");
        Optional<RegistryAccount> account = access.authenticate(authorization);
        requireRate(context, account);
        if (account.isEmpty()) {
            if (authorization != null && !authorization.isBlank()) {
                failedLogins.record(context.ip());
            }
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

    private void requireRate(Context context, Optional<RegistryAccount> account) {
        String client = account.map(known -> "account " + known.name()).orElse("address " + context.ip());
        if (!rate.allows(client, 1)) {
            context.header("Retry-After", "1");
            throw ApiException.tooManyRequests(client);
        }
    }

    /** The name of the request's account; "-" without authentication. */
    static String account(Context context) {
        String name = context.attribute(ACCOUNT);
        return name == null ? "-" : name;
    }
}
