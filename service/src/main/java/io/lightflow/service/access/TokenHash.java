package io.lightflow.service.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** SHA-256 of what a client sends to say who it is: a bearer token, or a user with its password. Immutable. */
public final class TokenHash {
    private static final int BYTES = 32;
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    private final byte[] hash;

    private TokenHash(byte[] hash) {
        this.hash = hash;
    }

    /** @throws IllegalArgumentException if the token is blank */
    public static TokenHash of(String token) {
        return new TokenHash(sha256(notBlank(token)));
    }

    /** @param text the hash in hexadecimal, as {@code printf %s TOKEN | sha256sum} prints it */
    public static TokenHash ofHex(String text) {
        if (!text.matches("[0-9a-fA-F]{" + 2 * BYTES + "}")) {
            throw new IllegalArgumentException("a token's SHA-256 must have 64 hexadecimal digits");
        }
        return new TokenHash(HexFormat.of().parseHex(text));
    }

    /** @throws IllegalArgumentException if the password is blank */
    public static TokenHash ofPassword(String user, String password) {
        return of(BASIC + user + ":" + notBlank(password));
    }

    private static String notBlank(String secret) {
        if (secret.isBlank()) {
            throw new IllegalArgumentException("the token or password of an account must not be blank, and is");
        }
        return secret;
    }

    /**
     * Of what a request was sent with; empty if that says nobody.
     *
     * @param authorization the request's header of that name, or null
     */
    static Optional<TokenHash> sent(String authorization) {
        if (authorization == null) {
            return Optional.empty();
        }
        String scheme = authorization.substring(0, authorization.indexOf(' ') + 1);
        String value = authorization.substring(scheme.length()).strip();
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case BEARER -> value.isEmpty() ? Optional.empty() : Optional.of(of(value));
            case BASIC -> {
                try {
                    yield Optional.of(
                            of(BASIC + new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
                } catch (IllegalArgumentException e) {
                    yield Optional.empty(); // nobody has these credentials
                }
            }
            default -> Optional.empty();
        };
    }

    /** Takes a time that says nothing about the hashes. */
    boolean matches(TokenHash other) {
        return MessageDigest.isEqual(hash, other.hash);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime must offer SHA-256, and this one does not", e);
        }
    }
}
