package io.lightflow.service.access;

import io.lightflow.service.settings.Secret;
import java.util.function.Function;

/** The hash of an account's credentials, which may change while the server runs. Thread-safe. */
public interface TokenSource {
    TokenHash hash();

    /** @param toHash converts the secret to the hash of the credentials */
    static TokenSource of(Secret secret, Function<String, TokenHash> toHash) {
        return new SecretToken(secret, toHash);
    }
}
