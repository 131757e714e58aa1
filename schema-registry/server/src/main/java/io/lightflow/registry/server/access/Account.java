package io.lightflow.registry.server.access;

import java.util.Objects;

/**
 * Somebody who may use the registry.
 *
 * @param name for the audit; with a password, the user name as well
 * @param secret the password or the token
 */
public record Account(String name, Kind kind, String secret, Role role) {
    public enum Kind {
        PASSWORD,
        TOKEN
    }

    public Account {
        Objects.requireNonNull(kind, "kind");
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl) || name.contains(":")) {
            throw new IllegalArgumentException("the name of an account must not be blank, nor hold a colon or control"
                    + " characters, but is '" + name + "'");
        }
        if (secret == null || secret.isBlank()) {
            throw new IllegalArgumentException("the secret of account " + name + " is empty");
        }
        if (role != Role.READ && role != Role.WRITE) {
            throw new IllegalArgumentException("the role of account " + name + " must be read or write");
        }
    }

    /** Leaves out the secret. */
    @Override
    public String toString() {
        return name + " (" + kind + ", " + role + ")";
    }
}
