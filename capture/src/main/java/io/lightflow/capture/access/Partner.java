package io.lightflow.capture.access;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenSource;
import java.util.Objects;

/**
 * A partner that may send batches of events.
 *
 * @param name for the settings alone
 * @param token the hash of its bearer token
 */
public record Partner(String name, TokenSource token) implements Accounts.Principal {
    public Partner {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(token, "token");
    }
}
