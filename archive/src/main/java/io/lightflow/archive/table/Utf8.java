package io.lightflow.archive.table;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Tells whether bytes are a string. Most are ASCII, which costs one pass. */
final class Utf8 {
    private Utf8() {}

    static boolean isValid(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] < 0) {
                return isDecodable(bytes, from, length);
            }
        }
        return true;
    }

    private static boolean isDecodable(byte[] bytes, int from, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
