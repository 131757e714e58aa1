package io.lightflow.reports.http;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody who may use the API.
 *
 * @param name for the audit
 * @param token what is sent as {@code Authorization: Bearer …}, hashed
 * @param advertiser whose campaigns and figures it is limited to; empty for all
 */
public record Account(String name, TokenHash token, Role role, Optional<String> advertiser) implements Accounts.Known {
    public Account {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(advertiser, "advertiser");
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the name of an account must not be blank, nor hold control characters, but is '" + name + "'");
        }
        if (role != Role.VIEWER && role != Role.MANAGER) {
            throw new IllegalArgumentException("the role of account " + name + " must be viewer or manager");
        }
        if (advertiser.isPresent() && advertiser.get().isBlank()) {
            throw new IllegalArgumentException("the advertiser of account " + name + " is empty: leave it out for all");
        }
    }

    Caller caller() {
        return new Caller(name, role, advertiser);
    }

    /** Leaves out the hash. */
    @Override
    public String toString() {
        return name + " (" + role + advertiser.map(one -> " of " + one).orElse("") + ")";
    }
}
