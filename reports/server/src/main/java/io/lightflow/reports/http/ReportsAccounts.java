package io.lightflow.reports.http;

import io.lightflow.service.access.Accounts;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The accounts of the API. Immutable and thread-safe. */
public final class ReportsAccounts extends Accounts<ReportsAccount> {
    /** Allows every request. */
    public static final ReportsAccounts UNRESTRICTED = new ReportsAccounts(List.of());

    private static final RequestPrincipal ANONYMOUS = new RequestPrincipal("-", ReportsRole.MANAGER, Optional.empty());

    private final Set<String> names;

    /** @param accounts empty to allow every request */
    public ReportsAccounts(List<ReportsAccount> accounts) {
        super(accounts);
        names = accounts.stream().map(ReportsAccount::name).collect(Collectors.toUnmodifiableSet());
    }

    boolean hasName(RequestPrincipal principal) {
        return names.contains(principal.name());
    }

    /**
     * Rejects somebody whom a provider of log-ins calls as the settings call an account: changes would seem to be those
     * of the account.
     */
    public void requireNoNamesake(RequestPrincipal verified) {
        if (hasName(verified)) {
            throw new ProblemException(
                    403,
                    "name-of-an-account",
                    "This account may not log in",
                    "the provider's name of it, " + verified.name() + ", is that of an account of the settings: rename"
                            + " that account, or let openId.nameClaim name another claim");
        }
    }

    /**
     * Finds the principal of a request.
     *
     * @param authorization the request's Authorization header, or null
     */
    public Optional<RequestPrincipal> principal(String authorization) {
        return isUnrestricted()
                ? Optional.of(ANONYMOUS)
                : authenticate(authorization).map(ReportsAccount::principal);
    }
}
