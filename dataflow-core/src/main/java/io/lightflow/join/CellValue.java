package io.lightflow.join;

import io.lightflow.attribution.ConversionFacts;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.traffic.TrafficDelays;
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
 * <p>An event that traffic rules judged has the format 0x82. It is the same, with the verdict behind producedMs, and
 * with two further rules:
 *
 * <pre>
 * verdict      version of the traffic rules, code of the matching rule * 2 + 1 in shadow mode
 * rules        … minClickDelay * 2 + 1 in shadow mode, minConversionDelay * 2 + 1 in shadow mode
 * </pre>
 *
 * {@code schemaId} has four bytes, times have eight. Rules are varints of ms. A string begins with a varint, which is
 * its length plus one, or 0 if the string is missing.
 *
 * <p>A click or a conversion whose rules bound the delay of conversions has the format 0x83. It is the same, with one
 * further rule:
 *
 * <pre>
 * rules        … maxConversionDelay * 2 + 1 in shadow mode
 * </pre>
 *
 * <p>An impression whose placement has a limit of its own has the format 0x84. It is that of 0x82, with the limit in ms
 * as a varint behind the verdict.
 *
 * <p>A value of the first format is {@code producedMs body}. Its first byte is never 0x81 to 0x84, since no record has
 * such a timestamp. Its bodies have the {@link FormerSchemas}.
 */
final class CellValue {
    private static final byte FORMAT = (byte) 0x81;
    private static final byte JUDGED_FORMAT = (byte) 0x82;
    private static final byte BOUNDED_FORMAT = (byte) 0x83;
    private static final byte PLACED_FORMAT = (byte) 0x84;
    private static final int HEAD_BYTES = 1 + Integer.BYTES + Long.BYTES;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int WINDOWS = 5;
    private static final int DELAYS = 2;
    private static final int BOUNDED_DELAYS = 3;
    private static final int VERDICT_BYTES = 2 * MAX_VARINT_BYTES;

    private CellValue() {}

    /** @param facts null for none; only an impression that traffic rules judged has any */
    static byte[] impression(
            int schemaId, long producedMs, TrafficVerdict traffic, ImpressionFacts facts, byte[] body) {
        ByteBuffer value = head(body.length + (facts == null ? 0 : MAX_VARINT_BYTES), schemaId, producedMs, traffic);
        if (facts != null) {
            value.put(0, PLACED_FORMAT);
            putVarint(value, facts.minClickMs());
        }
        value.put(body);
        return value.hasRemaining() ? Arrays.copyOf(value.array(), value.position()) : value.array();
    }

    static byte[] click(
            int schemaId, long producedMs, TrafficVerdict traffic, ArrivalRules rules, ClickFacts facts, byte[] body) {
        return timed(schemaId, producedMs, traffic, rules, body, facts.advertiserId(), facts.impressionId());
    }

    static byte[] conversion(
            int schemaId,
            long producedMs,
            TrafficVerdict traffic,
            ArrivalRules rules,
            ConversionFacts facts,
            byte[] body) {
        return timed(
                schemaId,
                producedMs,
                traffic,
                rules,
                body,
                facts.advertiserId(),
                facts.impressionId(),
                facts.clickId());
    }

    private static byte[] timed(
            int schemaId, long producedMs, TrafficVerdict traffic, ArrivalRules rules, byte[] body, String... strings) {
        byte[][] encoded = new byte[strings.length][];
        int length = MAX_VARINT_BYTES * (WINDOWS + BOUNDED_DELAYS + strings.length) + body.length;
        for (int i = 0; i < strings.length; i++) {
            encoded[i] = strings[i] == null ? null : strings[i].getBytes(StandardCharsets.UTF_8);
            length += encoded[i] == null ? 0 : encoded[i].length;
        }
        ByteBuffer value = head(length, schemaId, producedMs, traffic);
        putVarint(value, rules.windows().impressionLookBack().toMillis());
        putVarint(value, rules.windows().orphanAfter().toMillis());
        putVarint(value, rules.windows().clickLookBack().toMillis());
        putVarint(value, rules.windows().viewThrough().toMillis());
        putVarint(value, rules.allowedDisorderMs());
        if (traffic.version() != 0) {
            TrafficDelays delays = rules.delays();
            putVarint(value, withFlag(delays.minClickMs(), delays.clickShadow()));
            putVarint(value, withFlag(delays.minConversionMs(), delays.fastConversionShadow()));
            if (delays.maxConversionMs() > 0) {
                value.put(0, BOUNDED_FORMAT);
                putVarint(value, withFlag(delays.maxConversionMs(), delays.slowConversionShadow()));
            }
        }
        for (byte[] string : encoded) {
            putVarint(value, string == null ? 0 : string.length + 1L);
            if (string != null) {
                value.put(string);
            }
        }
        value.put(body);
        return Arrays.copyOf(value.array(), value.position());
    }

    /** @param more number of bytes that follow at most */
    private static ByteBuffer head(int more, int schemaId, long producedMs, TrafficVerdict traffic) {
        boolean judged = traffic.version() != 0;
        ByteBuffer value = ByteBuffer.allocate(HEAD_BYTES + (judged ? VERDICT_BYTES : 0) + more)
                .put(judged ? JUDGED_FORMAT : FORMAT)
                .putInt(schemaId)
                .putLong(producedMs);
        if (judged) {
            putVarint(value, traffic.version() & 0xffffffffL);
            putVarint(
                    value, traffic.rule() == null ? 0 : withFlag(traffic.rule().code(), traffic.shadow()));
        }
        return value;
    }

    private static long withFlag(long value, boolean flag) {
        return value << 1 | (flag ? 1 : 0);
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
        return value[0] != FORMAT && !isJudged(value);
    }

    /** Whether the value has a verdict. */
    private static boolean isJudged(byte[] value) {
        return value[0] == JUDGED_FORMAT || value[0] == BOUNDED_FORMAT || value[0] == PLACED_FORMAT;
    }

    /** How many delays a click or a conversion has. */
    private static int delays(byte[] value) {
        return switch (value[0]) {
            case JUDGED_FORMAT -> DELAYS;
            case BOUNDED_FORMAT -> BOUNDED_DELAYS;
            default -> 0;
        };
    }

    /** Starts reading a value, behind its format. */
    static ByteBuffer read(byte[] value) {
        return ByteBuffer.wrap(value, 1, value.length - 1);
    }

    /** Reads the verdict, which follows producedMs. */
    static TrafficVerdict readTraffic(ByteBuffer from) {
        if (!isJudged(from.array())) {
            return TrafficVerdict.NONE;
        }
        int version = (int) readVarint(from);
        long rule = readVarint(from);
        return new TrafficVerdict(rule == 0 ? null : TrafficRule.ofCode((int) (rule >>> 1)), (rule & 1) != 0, version);
    }

    /** Reads the facts of an impression, which follow the verdict; null if it has none. */
    static ImpressionFacts readImpressionFacts(ByteBuffer from) {
        return from.array()[0] == PLACED_FORMAT ? new ImpressionFacts(readVarint(from)) : null;
    }

    /** Reads the delays, which follow the other rules. */
    static TrafficDelays readDelays(ByteBuffer from) {
        int delays = delays(from.array());
        if (delays == 0) {
            return TrafficDelays.NONE;
        }
        long click = readVarint(from);
        long fast = readVarint(from);
        long slow = delays == BOUNDED_DELAYS ? readVarint(from) : 0;
        return new TrafficDelays(
                click >>> 1, (click & 1) != 0, fast >>> 1, (fast & 1) != 0, slow >>> 1, (slow & 1) != 0);
    }

    static void skipRules(ByteBuffer from) {
        int rules = WINDOWS + delays(from.array());
        for (int i = 0; i < rules; i++) {
            readVarint(from);
        }
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
