package io.lightflow.producer.link;

import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.LinkVerdict.Reason;
import io.lightflow.producer.link.LinkVerdict.Rejected;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.Mac;

/**
 * Creates click and postback URLs, and verifies them when they are called. One query parameter carries the claims and
 * an HMAC-SHA256 over them, truncated to 128 bits. Immutable and thread-safe.
 */
public final class SignedLinks {
    /** Name of the query parameter. */
    public static final String PARAMETER = "lf";

    /** Browsers and servers handle URLs of this length. */
    static final int MAX_TOKEN_LENGTH = 4096;

    private static final int SIGNATURE_BYTES = 16;
    /** How far the clocks of ad servers may differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private final LinkKeys keys;
    private final Duration clickValidity;
    private final Duration postbackValidity;
    private final InstantSource clock;

    /**
     * @param clickValidity how long a click link is valid after its creation
     * @param postbackValidity how long a postback link is valid after its creation; the default look-back window of
     *     conversions is 30 days
     */
    public SignedLinks(LinkKeys keys, Duration clickValidity, Duration postbackValidity) {
        this(keys, clickValidity, postbackValidity, InstantSource.system());
    }

    SignedLinks(LinkKeys keys, Duration clickValidity, Duration postbackValidity, InstantSource clock) {
        this.keys = Objects.requireNonNull(keys, "keys");
        this.clickValidity = requirePositive("clickValidity", clickValidity);
        this.postbackValidity = requirePositive("postbackValidity", postbackValidity);
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Creates a URL that carries the claims.
     *
     * @param endpoint the URL's address, which may already have a query
     * @throws IllegalArgumentException if the claims are too long for a URL, or the target is no {@code http} or
     *     {@code https} URL
     */
    public URI url(LinkKind kind, URI endpoint, LinkClaims claims) {
        if (endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException("endpoint of a link: expected no fragment, found " + endpoint);
        }
        String separator = endpoint.getRawQuery() == null ? "?" : "&";
        return URI.create(endpoint + separator + PARAMETER + "=" + token(kind, claims));
    }

    /** Creates the value of the query parameter, for callers that build the URL themselves. */
    public String token(LinkKind kind, LinkClaims claims) {
        LinkTarget.require(claims);
        String keyId = keys.signingKeyId();
        byte[] payload = TokenPayload.write(kind, keyId, claims);
        byte[] signed = Arrays.copyOf(payload, payload.length + SIGNATURE_BYTES);
        System.arraycopy(signature(keys.mac(keyId), payload), 0, signed, payload.length, SIGNATURE_BYTES);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException("link for impression " + claims.impressionId() + ": expected at most "
                    + MAX_TOKEN_LENGTH + " characters, found " + token.length() + "; shorten its target");
        }
        return token;
    }

    /** @param token value of the query parameter as received; null if it was missing */
    public LinkVerdict verify(LinkKind kind, String token) {
        if (token == null || token.length() > MAX_TOKEN_LENGTH) {
            return new Rejected(Reason.MALFORMED);
        }
        byte[] signed;
        try {
            signed = Base64.getUrlDecoder().decode(token.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return new Rejected(Reason.MALFORMED);
        }
        if (signed.length <= SIGNATURE_BYTES) {
            return new Rejected(Reason.MALFORMED);
        }
        byte[] payload = Arrays.copyOf(signed, signed.length - SIGNATURE_BYTES);
        String keyId = TokenPayload.keyId(payload);
        if (keyId == null) {
            return new Rejected(Reason.MALFORMED);
        }
        Mac mac = keys.mac(keyId);
        if (mac == null) {
            return new Rejected(Reason.UNKNOWN_KEY);
        }
        byte[] found = Arrays.copyOfRange(signed, payload.length, signed.length);
        // Compares in constant time, so that a signature cannot be guessed byte by byte.
        if (!MessageDigest.isEqual(signature(mac, payload), found) || TokenPayload.kind(payload) != kind) {
            return new Rejected(Reason.FORGED);
        }
        LinkClaims claims = TokenPayload.read(payload);
        return LinkTarget.isSafe(claims) ? checkTime(kind, claims) : new Rejected(Reason.UNSAFE_TARGET);
    }

    private LinkVerdict checkTime(LinkKind kind, LinkClaims claims) {
        Instant now = clock.instant();
        if (claims.time().isAfter(now.plus(CLOCK_SKEW))) {
            return new Rejected(Reason.FROM_THE_FUTURE);
        }
        Duration validity = kind == LinkKind.CLICK ? clickValidity : postbackValidity;
        return claims.time().plus(validity).isBefore(now) ? new Rejected(Reason.EXPIRED) : new Genuine(kind, claims);
    }

    private static byte[] signature(Mac mac, byte[] payload) {
        return Arrays.copyOf(mac.doFinal(payload), SIGNATURE_BYTES);
    }

    private static Duration requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " of links: expected a positive duration, found " + value);
        }
        return value;
    }
}
