package io.lightflow.service.access;

import io.lightflow.service.settings.Secret;
import java.util.Objects;
import java.util.function.Function;

/** Hashes a secret again only when it has changed: authentication is on the path of every request. Thread-safe. */
final class SecretToken implements TokenSource {
    private final Secret secret;
    private final Function<String, TokenHash> toHash;
    private volatile Hashed hashed;

    private record Hashed(String secret, TokenHash hash) {}

    SecretToken(Secret secret, Function<String, TokenHash> toHash) {
        this.secret = Objects.requireNonNull(secret, "secret");
        this.toHash = toHash;
        this.hashed = hashed(secret.get());
    }

    private Hashed hashed(String value) {
        return new Hashed(value, toHash.apply(value));
    }

    @Override
    public TokenHash hash() {
        String value = secret.get();
        Hashed known = hashed;
        if (!known.secret.equals(value)) {
            known = hashed(value);
            hashed = known;
        }
        return known.hash;
    }
}
