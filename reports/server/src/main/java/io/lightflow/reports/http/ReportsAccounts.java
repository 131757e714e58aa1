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

    boolean hasName(String name) {
        return names.contains(name);
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
