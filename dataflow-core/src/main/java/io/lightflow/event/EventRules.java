package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** The rules that a light event must satisfy. Producers reject events by the same rules as the join. */
public final class EventRules {
    /**
     * Maximum length of an id and of a join key, in characters. Both are parts of keys in the join store, which must
     * fit into a record beside others.
     */
    public static final int MAX_ID_LENGTH = 512;

    /** Maximum length of a producer's name, which the ledger holds. */
    public static final int MAX_PRODUCER_LENGTH = 64;

    /** Maximum length of every other string, such as a URL or a user agent, in bytes of UTF-8. */
    public static final int MAX_STRING_BYTES = 4_096;

    /** Maximum amount of an event unless the platform is set otherwise: a million units of its currency, in micros. */
    public static final long MAX_AMOUNT_MICROS = 1_000_000_000_000L;

    private static final int MAX_UTF8_BYTES_PER_CHAR = 3;

    private EventRules() {}

    /**
     * A rule that an event breaks.
     *
     * @param field name of the field; {@code joinKey} for the record's key
     * @param reason what was expected and what was found
     */
    public record Violation(String field, String reason) {}

    /**
     * The fields that every event has.
     *
     * @param violation of a rule for the other fields; null if there is none
     */
    record Head(String id, long time, Violation violation) {}

    static Head head(SpecificRecord record, long maxAmountMicros) {
        if (record instanceof Impression impression) {
            return new Head(
                    impression.getId(),
                    impression.getTime(),
                    checkMoney("priceMicros", impression.getPriceMicros(), impression.getCurrency(), maxAmountMicros));
        } else if (record instanceof Click click) {
            return new Head(
                    click.getId(),
                    click.getTime(),
                    click.getImpressionId().isEmpty()
                            ? new Violation("impressionId", "expected a non-empty impressionId, found an empty string")
                            : first(
                                    checkLength("impressionId", click.getImpressionId()),
                                    checkMoney(
                                            "priceMicros",
                                            click.getPriceMicros(),
                                            click.getCurrency(),
                                            maxAmountMicros)));
        } else if (record instanceof Conversion conversion) {
            return new Head(
                    conversion.getId(),
                    conversion.getTime(),
                    first(
                            checkLength("impressionId", conversion.getImpressionId()),
                            checkLength("clickId", conversion.getClickId()),
                            checkMoney(
                                    "revenueMicros",
                                    conversion.getRevenueMicros(),
                                    conversion.getCurrency(),
                                    maxAmountMicros)));
        }
        Tag tag = (Tag) record;
        return new Head(tag.getId(), tag.getTime(), null);
    }

    /** Whether beacons may carry this name of a producer; an empty one means that they name none. */
    public static boolean isProducerName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return name.length() <= MAX_PRODUCER_LENGTH;
    }

    /** A missing record timestamp is -1. Neither sum nor difference may overflow. */
    static boolean isBadTime(long time, long recordMs, long farFutureMs) {
        return time <= 0 || time - farFutureMs > Math.max(0, recordMs);
    }

    /**
     * Returns the first rule that an event breaks, or null if it is valid. Its amount may be up to
     * {@link #MAX_AMOUNT_MICROS}.
     *
     * @param record an {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag} with all strings set
     * @param recordMs timestamp of its Kafka record, ms since the Unix epoch
     * @param farFutureMs how far the event time may be after the record's timestamp
     */
    public static Violation violation(SpecificRecord record, String joinKey, long recordMs, long farFutureMs) {
        Violation violation = violation(head(record, MAX_AMOUNT_MICROS), joinKey, recordMs, farFutureMs);
        return violation == null ? longString(record) : violation;
    }

    /** The first string of a record that is longer than {@link #MAX_STRING_BYTES}; null if there is none. */
    static Violation longString(SpecificRecord record) {
        for (Schema.Field field : record.getSchema().getFields()) {
            if (record.get(field.pos()) instanceof String string && isTooLong(string)) {
                return tooLongString(field.name(), utf8Length(string));
            }
        }
        return null;
    }

    static Violation tooLongString(String field, int bytes) {
        return new Violation(
                field,
                "expected " + field + " to have at most " + MAX_STRING_BYTES + " bytes in UTF-8, found " + bytes);
    }

    private static boolean isTooLong(String string) {
        return string.length() * MAX_UTF8_BYTES_PER_CHAR > MAX_STRING_BYTES && utf8Length(string) > MAX_STRING_BYTES;
    }

    private static int utf8Length(String string) {
        return string.getBytes(StandardCharsets.UTF_8).length;
    }

    static Violation violation(Head head, String joinKey, long recordMs, long farFutureMs) {
        if (joinKey.isEmpty()) {
            return new Violation("joinKey", "expected the join key as the record key, found none");
        }
        if (head.id().isEmpty()) {
            return new Violation("id", "expected a non-empty id, found an empty string");
        }
        Violation tooLong = first(checkLength("joinKey", joinKey), checkLength("id", head.id()));
        if (tooLong != null) {
            return tooLong;
        }
        if (isBadTime(head.time(), recordMs, farFutureMs)) {
            return new Violation("time", badTime(head.time(), recordMs, farFutureMs));
        }
        return head.violation();
    }

    static String badTime(long time, long recordMs, long farFutureMs) {
        return "expected a positive time in ms since the Unix epoch, at most " + farFutureMs
                + " ms after the record's timestamp " + recordMs + ", found " + time;
    }

    static String aheadOfReader(long time, long readerMs, long farFutureMs) {
        return "expected a time at most " + farFutureMs + " ms after the reader's clock " + readerMs + ", found " + time
                + "; the clock of the server that stamped it is wrong, or that of the reader";
    }

    private static Violation first(Violation... violations) {
        for (Violation violation : violations) {
            if (violation != null) {
                return violation;
            }
        }
        return null;
    }

    /** @param id may be null */
    private static Violation checkLength(String field, String id) {
        return id != null && id.length() > MAX_ID_LENGTH
                ? new Violation(
                        field,
                        "expected " + field + " to have at most " + MAX_ID_LENGTH + " characters, found " + id.length())
                : null;
    }

    static Violation checkMoney(String field, long micros, String currency, long maxAmountMicros) {
        if (micros < 0) {
            return new Violation(field, "expected " + field + " to be 0 or more, found " + micros);
        }
        if (micros > maxAmountMicros) {
            return new Violation(
                    field, "expected " + field + " to be at most " + maxAmountMicros + ", found " + micros);
        }
        return micros > 0 && currency.isEmpty()
                ? new Violation(
                        "currency", "expected a currency for " + field + " " + micros + ", found an empty string")
                : null;
    }
}
