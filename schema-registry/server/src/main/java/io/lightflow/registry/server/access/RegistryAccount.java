package io.lightflow.registry.server.access;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenSource;
import java.util.Objects;

/**
 * An account of the registry.
 *
 * @param name the name in the audit log
 * @param token the hash of its credentials: a bearer token, or this name and a password
 */
public record RegistryAccount(String name, TokenSource token, RegistryRole role) implements Accounts.Principal {
    public RegistryAccount {
        Objects.requireNonNull(token, "token");
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl) || name.contains(":")) {
            throw new IllegalArgumentException("the name of an account must not be blank, or contain a colon or control"
                    + " characters, but is '" + name + "'");
        }
        if (role != RegistryRole.READ && role != RegistryRole.WRITE) {
            throw new IllegalArgumentException("the role of account " + name + " must be read or write");
        }
    }

    /** Omits the hash. */
    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
