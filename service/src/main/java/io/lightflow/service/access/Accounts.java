package io.lightflow.service.access;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who may use a service. Immutable; thread-safe. */
public class Accounts<A extends Accounts.Known> {
    private final List<A> accounts;

    /** Somebody with an account; each service says what it may do. */
    public interface Known {
        /** For the audit. */
        String name();

        TokenHash token();
    }

    /** @param accounts empty to let everybody do everything */
    public Accounts(List<A> accounts) {
        Set<String> names = new HashSet<>();
        for (A account : accounts) {
            if (!names.add(account.name())) {
                throw new IllegalArgumentException("two accounts are called " + account.name());
            }
        }
        this.accounts = List.copyOf(accounts);
    }

    public boolean isUnrestricted() {
        return accounts.isEmpty();
    }

    /**
     * Who sends a request.
     *
     * @param authorization the request's header of that name, or null
     */
    public Optional<A> sender(String authorization) {
        Optional<TokenHash> sent = TokenHash.sent(authorization);
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        A found = null;
        // All of them, always: an early end would tell how far it came.
        for (A account : accounts) {
            if (account.token().matches(sent.get())) {
                found = account;
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public String toString() {
        return isUnrestricted() ? "unrestricted" : accounts.toString();
    }
}
