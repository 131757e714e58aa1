package io.lightflow.reports.http;

import io.javalin.http.Context;
import io.lightflow.service.access.FailedLogins;
import io.lightflow.service.access.RateLimit;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.http.OriginCheck;
import java.util.Optional;

/** Authorizes requests, and bounds their rate. */
public final class ReportsAccessFilter {
    private static final String BEARER = "Bearer ";

    private final ReportsAccounts access;
    private final Optional<? extends TokenVerifier> verifier;
    private final RateLimit rate;
    private final FailedLogins failedLogins = new FailedLogins("the reports server");

    /** @param verifier knows tokens that are not those of accounts; empty for none */
    public ReportsAccessFilter(ReportsAccounts access, Optional<? extends TokenVerifier> verifier, HttpLimits limits) {
        this.access = access;
        this.verifier = verifier;
        this.rate = limits.rate();
    }

    public void check(Context context) {
        ReportsRole needed = context.routeRoles().stream()
                .map(ReportsRole.class::cast)
                .findFirst()
                .orElse(ReportsRole.MANAGER);
        OriginCheck.rejection(access, context.method().name(), context.header("Sec-Fetch-Site"), context.host())
                .ifPresent(reason -> {
                    throw ProblemException.forbidden(reason);
                });
        if (needed == ReportsRole.OPEN) {
            return;
        }
        String authorization = context.header("Authorization");
        Optional<RequestPrincipal> account = access.principal(authorization);
        Optional<RequestPrincipal> verified = account.isPresent() ? Optional.empty() : verified(authorization);
        Optional<RequestPrincipal> principal = account.or(() -> verified.filter(found -> !access.hasName(found)));
        requireRate(context, principal);
        verified.ifPresent(access::requireNoNamesake);
        if (principal.isEmpty()) {
            if (authorization != null && !authorization.isBlank()) {
                failedLogins.record(context.ip());
            }
            context.header("WWW-Authenticate", "Bearer realm=\"lightflow reports\"");
            throw ProblemException.unauthorized();
        }
        principal.get().requireRole(needed);
        principal.get().keepIn(context);
    }

    private Optional<RequestPrincipal> verified(String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? verifier.flatMap(known ->
                        known.principal(authorization.substring(BEARER.length()).strip()))
                : Optional.empty();
    }

    /** Without accounts, only programs of this machine send requests. */
    private void requireRate(Context context, Optional<RequestPrincipal> principal) {
        String client = principal.map(known -> "account " + known.name()).orElse("address " + context.ip());
        if (!access.isUnrestricted() && !rate.allows(client, 1)) {
            throw ProblemException.tooManyRequests(
                    context, client + " sends more requests per second than maxRequestsPerSecond allows");
        }
    }

    /** Whether the site of a reading request is acceptable. */
    public static boolean maySiteRead(ReportsAccounts access, String site, String host) {
        return OriginCheck.rejection(access, "GET", site, host).isEmpty();
    }
}
