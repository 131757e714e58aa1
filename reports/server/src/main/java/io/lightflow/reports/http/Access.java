package io.lightflow.reports.http;

import io.lightflow.service.access.Accounts;
import java.util.List;
import java.util.Optional;

/** Who may do what. Immutable; thread-safe. */
public final class Access extends Accounts<Account> {
    /** Whoever comes may do everything. */
    public static final Access UNRESTRICTED = new Access(List.of());

    private static final Caller ANYBODY = new Caller("-", Role.MANAGER, Optional.empty());

    /** @param accounts empty to let everybody do everything */
    public Access(List<Account> accounts) {
        super(accounts);
    }

    /**
     * Who sends a request.
     *
     * @param authorization the request's header of that name, or null
     */
    public Optional<Caller> caller(String authorization) {
        return isUnrestricted() ? Optional.of(ANYBODY) : sender(authorization).map(Account::caller);
    }
}
