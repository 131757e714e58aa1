package io.lightflow.service.access;

/** The shortest secret of an account: a shorter one can be guessed, and its hash reversed. */
public final class SecretLength {
    static final int MIN_CHARACTERS = 16;

    private SecretLength() {}

    /** @throws IllegalArgumentException if the secret is too short */
    public static void require(String secret) {
        if (secret.length() < MIN_CHARACTERS) {
            throw new IllegalArgumentException("a token or password must have at least " + MIN_CHARACTERS
                    + " characters, but has " + secret.length() + ": create one with \"openssl rand -hex 32\"");
        }
    }
}
