package io.lightflow.registry.client;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who a {@link SchemaRegistryClient} says it is. Never shown in messages. */
public sealed interface Credentials {
    Credentials NONE = new None();

    static Credentials basic(String user, String password) {
        return new Basic(user, password);
    }

    static Credentials bearer(String token) {
        return new Bearer(token);
    }

    record None() implements Credentials {}

    record Basic(String user, String password) implements Credentials {
        public Basic {
            if (user.isEmpty() || user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("A user of basic authentication needs a name without a colon");
            }
        }

        @Override
        public String toString() {
            return "Basic[user=" + user + "]";
        }
    }

    record Bearer(String token) implements Credentials {
        public Bearer {
            if (token.isBlank()) {
                throw new IllegalArgumentException("A bearer token must not be empty");
            }
        }

        @Override
        public String toString() {
            return "Bearer[]";
        }
    }

    /** Value of the header {@code Authorization}; null for none. */
    default String header() {
        if (this instanceof Basic basic) {
            byte[] both = (basic.user() + ":" + basic.password()).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(both);
        }
        return this instanceof Bearer bearer ? "Bearer " + bearer.token() : null;
    }
}
