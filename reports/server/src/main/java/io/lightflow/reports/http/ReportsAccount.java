package io.lightflow.reports.http;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenSource;
import java.util.Objects;
import java.util.Optional;

/**
 * An account of the API.
 *
 * @param name the name in the audit
 * @param token the hash of the token in {@code Authorization: Bearer …}
 * @param advertiser the advertiser to whose campaigns and statistics the account is limited; empty for all
 */
public record ReportsAccount(String name, TokenSource token, ReportsRole role, Optional<String> advertiser)
        implements Accounts.Principal {
    public ReportsAccount {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(advertiser, "advertiser");
        if (name == null || name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the name of an account must not be blank or contain control characters, but is '" + name + "'");
        }
        if (role == ReportsRole.OPEN) {
            throw new IllegalArgumentException("the role of account " + name + " must be viewer, analyst or manager");
        }
        if (advertiser.isPresent() && advertiser.get().isBlank()) {
            throw new IllegalArgumentException(
                    "the advertiser of account " + name + " is empty: omit it for all advertisers");
        }
    }

    RequestPrincipal principal() {
        return new RequestPrincipal(name, role, advertiser);
    }

    /** Omits the hash. */
    @Override
    public String toString() {
        return name + " (" + role + advertiser.map(one -> " of " + one).orElse("") + ")";
    }
}
