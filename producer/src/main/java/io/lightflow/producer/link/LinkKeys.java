package io.lightflow.producer.link;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that sign and verify links. Immutable and thread-safe.
 *
 * <p>To rotate keys without rejecting a link: first give the new key to all ad servers while they sign with the old
 * one. Then sign with the new key. Remove the old key when its links have expired.
 */
public final class LinkKeys {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MIN_KEY_BYTES = 32;
    private static final int MAX_ID_LENGTH = 16;

    /** A {@code Mac} is ready for the next string after each one, and costs more to make than to use. */
    private final Map<String, ThreadLocal<Mac>> macs = new HashMap<>();

    private final String signingKeyId;

    /**
     * @param keys random keys of at least 32 bytes, by id: 1 to 16 letters, digits, {@code -} and {@code _}. Every link
     *     contains the id
     * @param signingKeyId id of the key that signs links
     */
    public LinkKeys(Map<String, byte[]> keys, String signingKeyId) {
        if (!keys.containsKey(signingKeyId)) {
            throw new IllegalArgumentException(
                    "link keys: expected the signing key " + signingKeyId + ", found " + keys.keySet());
        }
        keys.forEach((id, key) -> {
            SecretKeySpec secret = secret(requireId(id), key);
            macs.put(id, ThreadLocal.withInitial(() -> mac(secret)));
        });
        this.signingKeyId = signingKeyId;
    }

    private static String requireId(String id) {
        if (!id.matches("[A-Za-z0-9_-]{1," + MAX_ID_LENGTH + "}")) {
            throw new IllegalArgumentException(
                    "id of a link key: expected 1 to " + MAX_ID_LENGTH + " letters, digits, - and _, found " + id);
        }
        return id;
    }

    private static SecretKeySpec secret(String id, byte[] key) {
        if (key.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException("link key " + id + ": expected " + MIN_KEY_BYTES
                    + " bytes or more, found " + key.length + "; create one with: openssl rand -base64 32");
        }
        return new SecretKeySpec(key, ALGORITHM);
    }

    private static Mac mac(SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(
                    "Expected the Java runtime to support " + ALGORITHM + ", found that it does not", e);
        }
    }

    String signingKeyId() {
        return signingKeyId;
    }

    /** Returns the instance of the caller's thread; null if there is no such key. */
    Mac mac(String id) {
        ThreadLocal<Mac> mac = macs.get(id);
        return mac == null ? null : mac.get();
    }

    /** Shows only the ids. */
    @Override
    public String toString() {
        return "LinkKeys[ids=" + Set.copyOf(macs.keySet()) + ", signingKeyId=" + signingKeyId + "]";
    }
}
