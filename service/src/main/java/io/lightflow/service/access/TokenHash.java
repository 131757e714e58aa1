package io.lightflow.service.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** The SHA-256 of a client's credentials: a bearer token, or a user and a password. Immutable. */
public final class TokenHash implements TokenSource {
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

    /** @param hex the hash in hexadecimal, as {@code printf %s TOKEN | sha256sum} prints it */
    public static TokenHash ofHex(String hex) {
        if (!hex.matches("[0-9a-fA-F]{" + 2 * BYTES + "}")) {
            throw new IllegalArgumentException("the SHA-256 of a token must have 64 hexadecimal digits");
        }
        return new TokenHash(HexFormat.of().parseHex(hex));
    }

    /** @throws IllegalArgumentException if the password is blank */
    public static TokenHash ofPassword(String user, String password) {
        return of(BASIC + user + ":" + notBlank(password));
    }

    private static String notBlank(String secret) {
        if (secret.isBlank()) {
            throw new IllegalArgumentException("the token or password of an account must not be blank");
        }
        return secret;
    }

    /**
     * The hash of a request's credentials; empty without valid credentials.
     *
     * @param authorization the request's Authorization header, or null
     */
    static Optional<TokenHash> ofHeader(String authorization) {
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
                    yield Optional.empty(); // malformed, so no account matches
                }
            }
            default -> Optional.empty();
        };
    }

    /** This hash, which never changes. */
    @Override
    public TokenHash hash() {
        return this;
    }

    /** Compares in constant time. */
    boolean matches(TokenHash other) {
        return MessageDigest.isEqual(hash, other.hash);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the Java runtime to support SHA-256, found that it does not", e);
        }
    }
}
