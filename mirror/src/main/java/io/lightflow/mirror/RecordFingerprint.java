package io.lightflow.mirror;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** 128 bits of the SHA-256 of everything that a copied record keeps: timestamp, key, value and headers. */
record RecordFingerprint(long high, long low) {
    static RecordFingerprint of(ConsumerRecord<byte[], byte[]> record) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
        digest.update(
                ByteBuffer.allocate(Long.BYTES).putLong(record.timestamp()).array());
        update(digest, record.key());
        update(digest, record.value());
        for (Header header : record.headers()) {
            update(digest, header.key().getBytes(StandardCharsets.UTF_8));
            update(digest, header.value());
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new RecordFingerprint(hash.getLong(), hash.getLong());
    }

    /** Adds the length as well, so that different records yield different bytes. */
    private static void update(MessageDigest digest, byte[] part) {
        int length = part == null ? -1 : part.length;
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        if (part != null) {
            digest.update(part);
        }
    }
}
