package io.lightflow.join;

import io.lightflow.attribution.ConversionFacts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The byte format of the values in cells of impressions, clicks and conversions. Cells of tags have no value.
 *
 * <pre>
 * impression   0x81 schemaId producedMs body
 * click        0x81 schemaId producedMs rules advertiserId impressionId body
 * conversion   0x81 schemaId producedMs rules advertiserId impressionId clickId body
 * rules        impressionLookBack orphanAfter clickLookBack viewThrough allowedDisorder
 * </pre>
 *
 * {@code schemaId} has four bytes, times have eight. Rules are varints of ms. A string begins with a varint, which is
 * its length plus one, or 0 if the string is missing.
 *
 * <p>A value of the first format is {@code producedMs body}. Its first byte is never 0x81, since no record has such a
 * timestamp. Its bodies have the {@link FormerSchemas}.
 */
final class CellValue {
    private static final byte FORMAT = (byte) 0x81;
    private static final int HEAD_BYTES = 1 + Integer.BYTES + Long.BYTES;
    private static final int MAX_VARINT_BYTES = 10;
    /** Number of varints of the rules. */
    static final int RULES = 5;

    private CellValue() {}

    static byte[] impression(int schemaId, long producedMs, byte[] body) {
        return head(HEAD_BYTES + body.length, schemaId, producedMs).put(body).array();
    }

    static byte[] click(int schemaId, long producedMs, ArrivalRules rules, ClickFacts facts, byte[] body) {
        return timed(schemaId, producedMs, rules, body, facts.advertiserId(), facts.impressionId());
    }

    static byte[] conversion(int schemaId, long producedMs, ArrivalRules rules, ConversionFacts facts, byte[] body) {
        return timed(schemaId, producedMs, rules, body, facts.advertiserId(), facts.impressionId(), facts.clickId());
    }

    private static byte[] timed(int schemaId, long producedMs, ArrivalRules rules, byte[] body, String... strings) {
        byte[][] encoded = new byte[strings.length][];
        int length = HEAD_BYTES + MAX_VARINT_BYTES * (RULES + strings.length) + body.length;
        for (int i = 0; i < strings.length; i++) {
            encoded[i] = strings[i] == null ? null : strings[i].getBytes(StandardCharsets.UTF_8);
            length += encoded[i] == null ? 0 : encoded[i].length;
        }
        ByteBuffer value = head(length, schemaId, producedMs);
        putVarint(value, rules.windows().impressionLookBack().toMillis());
        putVarint(value, rules.windows().orphanAfter().toMillis());
        putVarint(value, rules.windows().clickLookBack().toMillis());
        putVarint(value, rules.windows().viewThrough().toMillis());
        putVarint(value, rules.allowedDisorderMs());
        for (byte[] string : encoded) {
            putVarint(value, string == null ? 0 : string.length + 1L);
            if (string != null) {
                value.put(string);
            }
        }
        value.put(body);
        return Arrays.copyOf(value.array(), value.position());
    }

    private static ByteBuffer head(int length, int schemaId, long producedMs) {
        return ByteBuffer.allocate(length).put(FORMAT).putInt(schemaId).putLong(producedMs);
    }

    private static void putVarint(ByteBuffer to, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    /** Whether the value has the first format, which names no schema. */
    static boolean isFormer(byte[] value) {
        return value[0] != FORMAT;
    }

    /** Starts reading a value, behind its format. */
    static ByteBuffer read(byte[] value) {
        return ByteBuffer.wrap(value, 1, value.length - 1);
    }

    static long readVarint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    /** Reads a string that may be null. */
    static String readString(ByteBuffer from) {
        int length = (int) readVarint(from) - 1;
        if (length < 0) {
            return null;
        }
        String string = new String(from.array(), from.position(), length, StandardCharsets.UTF_8);
        from.position(from.position() + length);
        return string;
    }

    /** Reads what is left. */
    static byte[] readRest(ByteBuffer from) {
        return Arrays.copyOfRange(from.array(), from.position(), from.limit());
    }
}
