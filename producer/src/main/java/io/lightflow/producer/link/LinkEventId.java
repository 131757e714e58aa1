package io.lightflow.producer.link;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Derives an event's id from its link: half of the SHA-256 over kind and claims. The key does not contribute, so a link
 * that was signed again after a rotation keeps its id.
 */
final class LinkEventId {
    /** Tells these ids apart from those of {@code LightEvents.newId}, which have 24 characters. */
    private static final String PREFIX = "link-";

    private static final String NO_KEY = "";
    private static final int BYTES = 16;

    private LinkEventId() {}

    static String of(LinkKind kind, LinkClaims claims) {
        return of(TokenPayload.write(kind, NO_KEY, claims));
    }

    static String of(LinkKind kind, String advertiserId, String key) {
        return of((kind + "\0" + advertiserId + "\0" + key).getBytes(StandardCharsets.UTF_8));
    }

    private static String of(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return PREFIX + HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the Java runtime to support SHA-256, found that it does not", e);
        }
    }
}
