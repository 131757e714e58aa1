package io.lightflow.topology.certificate;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** 128 bits of a SHA-256 that identify an event, so that an id of any length takes 16 bytes. */
record EventFingerprint(long high, long low) {

    /** Makes fingerprints. Not thread-safe. */
    static final class Maker {
        private final MessageDigest digest;

        Maker() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JDK has SHA-256", e);
            }
        }

        /** @param parts hashed with their lengths, so that different lists differ; null differs from an empty part */
        EventFingerprint of(int kind, byte[]... parts) {
            digest.update((byte) kind);
            for (byte[] part : parts) {
                int length = part == null ? -1 : part.length;
                for (int shift = 24; shift >= 0; shift -= 8) {
                    digest.update((byte) (length >>> shift));
                }
                if (part != null) {
                    digest.update(part);
                }
            }
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            return new EventFingerprint(hash.getLong(), hash.getLong());
        }
    }
}
