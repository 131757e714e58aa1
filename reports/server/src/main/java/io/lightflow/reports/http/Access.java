package io.lightflow.reports.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who may do what. Immutable; thread-safe. */
public final class Access {
    private static final String BEARER = "bearer ";

    /** Whoever comes may do everything. */
    public static final Access UNRESTRICTED = new Access(List.of());

    private static final Caller ANYBODY = new Caller("-", Role.MANAGER, Optional.empty());

    private record Known(TokenHash token, Caller caller) {}

    private final List<Known> known;

    /** @param accounts empty to let everybody do everything */
    public Access(List<Account> accounts) {
        Set<String> names = new HashSet<>();
        for (Account account : accounts) {
            if (!names.add(account.name())) {
                throw new IllegalArgumentException("two accounts are called " + account.name());
            }
        }
        known = accounts.stream()
                .map(account ->
                        new Known(account.token(), new Caller(account.name(), account.role(), account.advertiser())))
                .toList();
    }

    public boolean isUnrestricted() {
        return known.isEmpty();
    }

    /**
     * Who sends a request.
     *
     * @param authorization the request's header of that name, or null
     */
    public Optional<Caller> caller(String authorization) {
        if (known.isEmpty()) {
            return Optional.of(ANYBODY);
        }
        if (authorization == null
                || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                || authorization.length() == BEARER.length()) {
            return Optional.empty();
        }
        byte[] hash = TokenHash.sha256(authorization.substring(BEARER.length()).strip());
        Caller found = null;
        // All of them, always: an early end would tell how far it came.
        for (Known one : known) {
            if (one.token().matches(hash)) {
                found = one.caller();
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public String toString() {
        return known.isEmpty()
                ? "unrestricted"
                : known.stream().map(Known::caller).toList().toString();
    }
}
