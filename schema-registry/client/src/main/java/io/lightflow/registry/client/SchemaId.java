package io.lightflow.registry.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.avro.Schema;

/**
 * Derives the id of a schema from its content. Every registry and every producer thus computes the same id for the same
 * schema without communicating.
 *
 * <p>The id is the first 31 bits after the sign of the SHA-256 over the UTF-8 bytes of the schema's
 * {@linkplain #normalForm normal form}; 0 is replaced by 1. It is always positive. Among 1,000 schemas two share an id
 * with a probability of 0.02%, among 10,000 with 2.3%; a registry rejects the second one, and any change to it, such as
 * to a doc, gives it another id.
 *
 * <p>All methods are pure and thread-safe. They are too slow for the hot path: keep the result.
 */
public final class SchemaId {
    private SchemaId() {}

    /** The id of {@code schema}, between 1 and {@link Integer#MAX_VALUE}. */
    public static int of(Schema schema) {
        return ofFingerprint(fingerprint(schema));
    }

    /** The id of a {@linkplain #fingerprint fingerprint}. */
    public static int ofFingerprint(byte[] fingerprint) {
        int id = ByteBuffer.wrap(fingerprint).getInt() & Integer.MAX_VALUE;
        return id == 0 ? 1 : id;
    }

    /** The SHA-256 (32 bytes) over the normal form. Schemas with equal fingerprints are the same schema. */
    public static byte[] fingerprint(Schema schema) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(normalForm(schema).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the Java runtime to support SHA-256, found that it does not", e);
        }
    }

    /**
     * The canonical string of {@code schema}: JSON without white space, with sorted keys and full names and aliases.
     *
     * <p>Docs, defaults, aliases, orders, logical types and other properties are part of it, unlike in Avro's parsing
     * canonical form: schemas that differ in one of them differ in meaning. It omits notation: white space, the order
     * of keys, and namespace or full name. It also omits {@code avro.java.string}, so that a generated class and its
     * source file have the same id. It inlines a type that was referenced from another schema.
     */
    public static String normalForm(Schema schema) {
        return new NormalForm().of(schema);
    }
}
