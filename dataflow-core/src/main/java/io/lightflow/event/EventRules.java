package io.lightflow.event;

import org.apache.avro.specific.SpecificRecord;

/** What a light event must be like to be taken in. Producers refuse by the same rules what the join would reject. */
public final class EventRules {
    /**
     * Characters of the longest id and of the longest join key: as parts of a key in the join store they must fit into
     * a record next to others.
     */
    public static final int LONGEST_ID = 512;

    private EventRules() {}

    /**
     * What is wrong with an event.
     *
     * @param field its name; {@code joinKey} for the record's key
     * @param reason what was expected and what was found
     */
    public record Wrong(String field, String reason) {}

    /**
     * What every event has.
     *
     * @param wrong what else is wrong with the event; null if nothing
     */
    record Head(String id, long time, Wrong wrong) {}

    static Head head(SpecificRecord record) {
        if (record instanceof Impression impression) {
            return new Head(
                    impression.getId(),
                    impression.getTime(),
                    wrongMoney("priceMicros", impression.getPriceMicros(), impression.getCurrency()));
        } else if (record instanceof Click click) {
            return new Head(
                    click.getId(),
                    click.getTime(),
                    click.getImpressionId().isEmpty()
                            ? new Wrong("impressionId", "expected the impressionId of the click, found an empty one")
                            : first(
                                    wrongLength("impressionId", click.getImpressionId()),
                                    wrongMoney("priceMicros", click.getPriceMicros(), click.getCurrency())));
        } else if (record instanceof Conversion conversion) {
            return new Head(
                    conversion.getId(),
                    conversion.getTime(),
                    first(
                            wrongLength("impressionId", conversion.getImpressionId()),
                            wrongLength("clickId", conversion.getClickId()),
                            wrongMoney("revenueMicros", conversion.getRevenueMicros(), conversion.getCurrency())));
        }
        Tag tag = (Tag) record;
        return new Head(tag.getId(), tag.getTime(), null);
    }

    /** Record timestamps are -1 where there is none, and no sum or difference may overflow. */
    static boolean isBadTime(long time, long recordMs, long farFutureMs) {
        return time <= 0 || time - farFutureMs > Math.max(0, recordMs);
    }

    /**
     * The first thing that is wrong with an event; null if it is good.
     *
     * @param record an {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag} without missing texts
     * @param recordMs timestamp of its Kafka record, ms since the Unix epoch
     * @param farFutureMs how much further ahead an event may be stamped than its record
     */
    public static Wrong whatIsWrong(SpecificRecord record, String joinKey, long recordMs, long farFutureMs) {
        return whatIsWrong(head(record), joinKey, recordMs, farFutureMs);
    }

    static Wrong whatIsWrong(Head head, String joinKey, long recordMs, long farFutureMs) {
        if (joinKey.isEmpty()) {
            return new Wrong("joinKey", "expected the join key as record key, found none");
        }
        if (head.id().isEmpty()) {
            return new Wrong("id", "expected an id, found an empty one");
        }
        Wrong tooLong = first(wrongLength("joinKey", joinKey), wrongLength("id", head.id()));
        if (tooLong != null) {
            return tooLong;
        }
        if (isBadTime(head.time(), recordMs, farFutureMs)) {
            return new Wrong("time", LightEventDecoder.badTime(head.time(), recordMs));
        }
        return head.wrong();
    }

    private static Wrong first(Wrong... found) {
        for (Wrong wrong : found) {
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    /** @param id may be null */
    private static Wrong wrongLength(String field, String id) {
        return id != null && id.length() > LONGEST_ID
                ? new Wrong(
                        field,
                        "expected " + field + " to have up to " + LONGEST_ID + " characters, found " + id.length())
                : null;
    }

    static Wrong wrongMoney(String field, long micros, String currency) {
        if (micros < 0) {
            return new Wrong(field, "expected " + field + " to be 0 or more, found " + micros);
        }
        return micros > 0 && currency.isEmpty()
                ? new Wrong("currency", "expected a currency with " + field + " " + micros + ", found none")
                : null;
    }
}
