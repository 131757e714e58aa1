package io.lightflow.registry.client;

/** The credentials of a {@link SchemaRegistryClient}. Messages never show them. */
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
                throw new IllegalArgumentException(
                        "The user of basic authentication must not be empty or contain a colon");
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
}
