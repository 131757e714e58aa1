package io.lightflow.registry.server.access;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import java.util.Objects;

/**
 * Somebody who may use the registry.
 *
 * @param name for the audit
 * @param token what it sends, hashed: a token, or a user's name, which is this one, and its password
 */
public record Account(String name, TokenHash token, Role role) implements Accounts.Known {
    public Account {
        Objects.requireNonNull(token, "token");
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl) || name.contains(":")) {
            throw new IllegalArgumentException("the name of an account must not be blank, nor hold a colon or control"
                    + " characters, but is '" + name + "'");
        }
        if (role != Role.READ && role != Role.WRITE) {
            throw new IllegalArgumentException("the role of account " + name + " must be read or write");
        }
    }

    /** Leaves out the hash. */
    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
