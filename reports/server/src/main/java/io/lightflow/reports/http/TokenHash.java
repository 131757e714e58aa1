package io.lightflow.reports.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a token. Tokens are long and random, so that a plain hash cannot be turned back. Immutable. */
public final class TokenHash {
    private static final int BYTES = 32;
    private static final int LEAST_CHARACTERS = 16;

    private final byte[] hash;

    private TokenHash(byte[] hash) {
        this.hash = hash;
    }

    /** @throws IllegalArgumentException if the token is short enough to be guessed; the message does not hold it */
    public static TokenHash of(String token) {
        if (token.length() < LEAST_CHARACTERS) {
            throw new IllegalArgumentException("a token must have at least " + LEAST_CHARACTERS
                    + " characters, and has " + token.length() + ": make one with \"openssl rand -hex 32\"");
        }
        return new TokenHash(sha256(token));
    }

    /** @param text the hash in hexadecimal, as {@code printf %s TOKEN | sha256sum} prints it */
    public static TokenHash ofHex(String text) {
        if (!text.matches("[0-9a-fA-F]{" + 2 * BYTES + "}")) {
            throw new IllegalArgumentException("a token's SHA-256 must have 64 hexadecimal digits");
        }
        return new TokenHash(HexFormat.of().parseHex(text));
    }

    /** Takes a time that says nothing about the hashes. */
    boolean matches(byte[] other) {
        return MessageDigest.isEqual(hash, other);
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime must offer SHA-256, and this one does not", e);
        }
    }
}
