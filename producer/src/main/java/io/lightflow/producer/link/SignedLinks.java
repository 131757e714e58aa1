package io.lightflow.producer.link;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.LinkVerdict.GenuinePixel;
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
 * Creates pixels, click and postback URLs, and verifies them when they are called. One query parameter carries the
 * claims and an HMAC-SHA256 over them, truncated to 128 bits. Immutable and thread-safe.
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
    private final Duration adValidity;
    private final Duration postbackValidity;
    private final InstantSource clock;

    /**
     * @param adValidity how long a pixel and a click link are valid after their creation
     * @param postbackValidity how long a postback link is valid after its creation; the default look-back window of
     *     conversions is 30 days
     */
    public SignedLinks(LinkKeys keys, Duration adValidity, Duration postbackValidity) {
        this(keys, adValidity, postbackValidity, InstantSource.system());
    }

    public SignedLinks(LinkKeys keys, Duration adValidity, Duration postbackValidity, InstantSource clock) {
        this.keys = Objects.requireNonNull(keys, "keys");
        this.adValidity = requirePositive("adValidity", adValidity);
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
        return url(endpoint, token(kind, claims));
    }

    private static URI url(URI endpoint, String token) {
        if (endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException("endpoint of a link: expected no fragment, found " + endpoint);
        }
        String separator = endpoint.getRawQuery() == null ? "?" : "&";
        return URI.create(endpoint + separator + PARAMETER + "=" + token);
    }

    /** Creates the value of the query parameter, for callers that build the URL themselves. */
    public String token(LinkKind kind, LinkClaims claims) {
        if (kind == LinkKind.IMPRESSION) {
            throw new IllegalArgumentException("kind of a link: expected CLICK or POSTBACK, found " + kind
                    + "; sign pixels with pixelUrl or pixelToken");
        }
        LinkTarget.require(claims);
        return sign(TokenPayload.write(kind, keys.signingKeyId(), claims), claims.impressionId());
    }

    /**
     * Creates the URL of a pixel that reports an impression when it is loaded. The signature covers everything about
     * the impression but the user agent and the address, which come with the request.
     *
     * @param endpoint the URL's address, which may already have a query
     * @param impression its time is when the pixel was created; its validity is that of click links
     */
    public URI pixelUrl(URI endpoint, String joinKey, Impression impression) {
        return url(endpoint, pixelToken(joinKey, impression));
    }

    /** Creates the value of the query parameter of a pixel, for callers that build the URL themselves. */
    public String pixelToken(String joinKey, Impression impression) {
        if (joinKey.isEmpty() || impression.getId().isEmpty()) {
            throw new IllegalArgumentException("pixel: expected an impression with an id, and a joinKey, found \""
                    + impression.getId() + "\" and \"" + joinKey + "\"");
        }
        return sign(TokenPayload.write(keys.signingKeyId(), joinKey, impression), impression.getId());
    }

    private String sign(byte[] payload, String impressionId) {
        byte[] signed = Arrays.copyOf(payload, payload.length + SIGNATURE_BYTES);
        System.arraycopy(signature(keys.mac(keys.signingKeyId()), payload), 0, signed, payload.length, SIGNATURE_BYTES);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException("link for impression " + impressionId + ": expected at most "
                    + MAX_TOKEN_LENGTH + " characters, found " + token.length() + "; shorten its target");
        }
        return token;
    }

    /**
     * @param token value of the query parameter as received; null if it was missing
     * @return {@link LinkVerdict.GenuinePixel} for a genuine {@link LinkKind#IMPRESSION}, {@link Genuine} for the
     *     others
     */
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
        if (kind == LinkKind.IMPRESSION) {
            GenuinePixel pixel = TokenPayload.readPixel(payload);
            return checkTime(Instant.ofEpochMilli(pixel.impression().getTime()), adValidity, pixel);
        }
        LinkClaims claims = TokenPayload.read(payload);
        return LinkTarget.isSafe(claims)
                ? checkTime(
                        claims.time(),
                        kind == LinkKind.CLICK ? adValidity : postbackValidity,
                        new Genuine(kind, claims))
                : new Rejected(Reason.UNSAFE_TARGET);
    }

    /**
     * The id of a conversion that no link reports: that of {@link Genuine#eventId(String)} for the same advertiser and
     * key.
     */
    public static String conversionId(String advertiserId, String key) {
        return LinkEventId.of(LinkKind.POSTBACK, advertiserId, key);
    }

    private LinkVerdict checkTime(Instant created, Duration validity, LinkVerdict genuine) {
        Instant now = clock.instant();
        if (created.isAfter(now.plus(CLOCK_SKEW))) {
            return new Rejected(Reason.FROM_THE_FUTURE);
        }
        return created.plus(validity).isBefore(now) ? new Rejected(Reason.EXPIRED) : genuine;
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
