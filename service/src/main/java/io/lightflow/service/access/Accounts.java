package io.lightflow.service.access;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The accounts that may use a service. Their number is fixed; a secret in a file may change. Thread-safe. */
public class Accounts<A extends Accounts.Principal> {
    private final List<A> accounts;

    /** The owner of an account; each service defines its permissions. */
    public interface Principal {
        /** The name in the audit log. */
        String name();

        TokenSource token();
    }

    /** @param accounts empty to allow every request */
    public Accounts(List<A> accounts) {
        Set<String> names = new HashSet<>();
        for (A account : accounts) {
            if (!names.add(account.name())) {
                throw new IllegalArgumentException(
                        "expected unique account names, found two accounts named " + account.name());
            }
        }
        this.accounts = List.copyOf(accounts);
    }

    public boolean isUnrestricted() {
        return accounts.isEmpty();
    }

    /**
     * Finds the account of a request.
     *
     * @param authorization the request's Authorization header, or null
     */
    public Optional<A> authenticate(String authorization) {
        Optional<TokenHash> hash = TokenHash.ofHeader(authorization);
        if (hash.isEmpty()) {
            return Optional.empty();
        }
        A found = null;
        // Compares all accounts: the duration would otherwise reveal the position of the match.
        for (A account : accounts) {
            if (account.token().hash().matches(hash.get())) {
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
