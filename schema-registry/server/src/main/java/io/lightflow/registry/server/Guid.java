package io.lightflow.registry.server;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/** The first 128 bits of a schema's fingerprint, in the notation of a UUID: derived from the content, like its id. */
final class Guid {
    private static final int BYTES = 16;
    private static final int FINGERPRINT_BYTES = 32;

    private Guid() {}

    static String of(byte[] fingerprint) {
        ByteBuffer bytes = ByteBuffer.wrap(fingerprint);
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }

    /** The smallest fingerprint of this GUID; empty if it is none. */
    static Optional<byte[]> first(String guid) {
        return fingerprint(guid, (byte) 0);
    }

    /** The greatest fingerprint of this GUID; empty if it is none. */
    static Optional<byte[]> last(String guid) {
        return fingerprint(guid, (byte) -1);
    }

    private static Optional<byte[]> fingerprint(String guid, byte rest) {
        UUID uuid;
        try {
            uuid = UUID.fromString(guid);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(FINGERPRINT_BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits());
        for (int i = BYTES; i < FINGERPRINT_BYTES; i++) {
            bytes.put(rest);
        }
        return Optional.of(bytes.array());
    }
}
