package io.lightflow.producer.link;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that links are signed and verified with. Immutable, may be used by any thread.
 *
 * <p>To change keys without refusing a link: give the new key to all ad servers, still signing with the old one; then
 * sign with the new one; then, when links signed with the old one have expired, take that away.
 */
public final class LinkKeys {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_KEY_BYTES = 32;
    private static final int LONGEST_ID = 16;

    /** Never used itself: a copy is quicker to have than a new one. */
    private final Map<String, Mac> macs = new HashMap<>();

    private final String signingKeyId;

    /**
     * @param keys 32 bytes or more each, at random, by an id of 1 to 16 letters, digits, {@code -} and {@code _}, which
     *     every link shows
     * @param signingKeyId the one that links are signed with
     */
    public LinkKeys(Map<String, byte[]> keys, String signingKeyId) {
        if (!keys.containsKey(signingKeyId)) {
            throw new IllegalArgumentException("keys of links: expected one with the id " + signingKeyId
                    + " to sign with, found " + keys.keySet());
        }
        keys.forEach((id, key) -> macs.put(requireId(id), mac(id, key)));
        this.signingKeyId = signingKeyId;
    }

    private static String requireId(String id) {
        if (!id.matches("[A-Za-z0-9_-]{1," + LONGEST_ID + "}")) {
            throw new IllegalArgumentException(
                    "id of a key of links: expected 1 to " + LONGEST_ID + " letters, digits, - and _, found " + id);
        }
        return id;
    }

    private static Mac mac(String id, byte[] key) {
        if (key.length < SHORTEST_KEY_BYTES) {
            throw new IllegalArgumentException("key " + id + " of links: expected " + SHORTEST_KEY_BYTES
                    + " bytes or more, found " + key.length + "; make one with: openssl rand -base64 32");
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(
                    "Every Java runtime must offer " + ALGORITHM + ", and this one does not", e);
        }
    }

    String signingKeyId() {
        return signingKeyId;
    }

    /** One for the caller alone; null if there is no such key. */
    Mac mac(String id) {
        Mac mac = macs.get(id);
        try {
            return mac == null ? null : (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("expected " + ALGORITHM + " to be cloneable, as the JDK's own is", e);
        }
    }

    /** Shows the ids only. */
    @Override
    public String toString() {
        return "LinkKeys[ids=" + Set.copyOf(macs.keySet()) + ", signingKeyId=" + signingKeyId + "]";
    }
}
