package io.lightflow.event;

import org.apache.avro.specific.SpecificRecord;

/** What a light event must be like to be taken in. */
final class EventRules {
    private EventRules() {}

    static String id(SpecificRecord record) {
        if (record instanceof Impression impression) {
            return impression.getId();
        } else if (record instanceof Click click) {
            return click.getId();
        } else if (record instanceof Conversion conversion) {
            return conversion.getId();
        }
        return ((Tag) record).getId();
    }

    static long time(SpecificRecord record) {
        if (record instanceof Impression impression) {
            return impression.getTime();
        } else if (record instanceof Click click) {
            return click.getTime();
        } else if (record instanceof Conversion conversion) {
            return conversion.getTime();
        }
        return ((Tag) record).getTime();
    }

    /** Record timestamps are -1 where there is none, and no sum or difference may overflow. */
    static boolean isBadTime(long time, long recordMs, long farFutureMs) {
        return time <= 0 || time - farFutureMs > Math.max(0, recordMs);
    }

    /** What was expected and what was found; null if the event is good. */
    static String whatIsWrong(SpecificRecord record, String joinKey, long recordMs, long farFutureMs) {
        if (joinKey.isEmpty()) {
            return "expected the join key as record key, found none";
        }
        if (id(record).isEmpty()) {
            return "expected an id, found an empty one";
        }
        long time = time(record);
        if (isBadTime(time, recordMs, farFutureMs)) {
            return LightEventDecoder.badTime(time, recordMs);
        }
        if (record instanceof Impression impression) {
            return wrongMoney("priceMicros", impression.getPriceMicros(), impression.getCurrency());
        } else if (record instanceof Click click) {
            return click.getImpressionId().isEmpty()
                    ? "expected the impressionId of the click, found an empty one"
                    : wrongMoney("priceMicros", click.getPriceMicros(), click.getCurrency());
        } else if (record instanceof Conversion conversion) {
            return wrongMoney("revenueMicros", conversion.getRevenueMicros(), conversion.getCurrency());
        }
        return null;
    }

    private static String wrongMoney(String field, long micros, String currency) {
        if (micros < 0) {
            return "expected " + field + " to be 0 or more, found " + micros;
        }
        return micros > 0 && currency.isEmpty()
                ? "expected a currency with " + field + " " + micros + ", found none"
                : null;
    }
}
