package io.lightflow.lab.feed;

import io.lightflow.event.EventType;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** A row of the iPinYou season 2 logs: impressions, clicks and conversions have the same 24 columns. */
final class IPinYouRow {
    private static final int COLUMNS = 24;
    private static final int TIMESTAMP_DIGITS = 17;
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    /** A price is for a thousand impressions, in hundredths of a yuan. */
    private static final long MICROS_PER_PRICE = 10;

    private final EventType type;
    private final String[] columns;
    private final long timeMs;
    private final long priceMicros;

    private IPinYouRow(EventType type, String[] columns, long timeMs, long priceMicros) {
        this.type = type;
        this.columns = columns;
        this.timeMs = timeMs;
        this.priceMicros = priceMicros;
    }

    static IPinYouRow parse(EventType type, String line) throws UnreadableRowException {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new UnreadableRowException("expected " + COLUMNS + " columns, found " + columns.length);
        }
        for (int i = 0; i < COLUMNS; i++) {
            if (columns[i].equals("null")) {
                columns[i] = "";
            }
        }
        IPinYouRow row =
                new IPinYouRow(type, columns, time(columns[1]), type == EventType.IMPRESSION ? price(columns[20]) : 0);
        required("a bid id in column 1", row.bidId());
        required("an advertiser id in column 23", row.advertiserId());
        return row;
    }

    private static void required(String what, String value) throws UnreadableRowException {
        if (value.isEmpty()) {
            throw new UnreadableRowException("expected " + what + ", found none");
        }
    }

    private static long time(String digits) throws UnreadableRowException {
        if (digits.length() == TIMESTAMP_DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            try {
                LocalDateTime seconds = LocalDateTime.of(
                        Integer.parseInt(digits, 0, 4, 10),
                        Integer.parseInt(digits, 4, 6, 10),
                        Integer.parseInt(digits, 6, 8, 10),
                        Integer.parseInt(digits, 8, 10, 10),
                        Integer.parseInt(digits, 10, 12, 10),
                        Integer.parseInt(digits, 12, 14, 10));
                return seconds.atZone(SHANGHAI).toEpochSecond() * 1000
                        + Integer.parseInt(digits, 14, TIMESTAMP_DIGITS, 10);
            } catch (DateTimeException e) {
                throw UnreadableRowException.expected("a time yyyyMMddHHmmssSSS in column 2", digits);
            }
        }
        throw UnreadableRowException.expected("a time yyyyMMddHHmmssSSS in column 2", digits);
    }

    private static long price(String text) throws UnreadableRowException {
        // Nine digits hold any price and leave no way to overflow.
        if (text.isEmpty() || text.length() > 9 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw UnreadableRowException.expected("a price of at most 9 digits in column 21", text);
        }
        return Long.parseLong(text) * MICROS_PER_PRICE;
    }

    EventType type() {
        return type;
    }

    /** Event time, ms since the Unix epoch. */
    long timeMs() {
        return timeMs;
    }

    /** The price paid for the impression; 0 for clicks and conversions. */
    long priceMicros() {
        return priceMicros;
    }

    String bidId() {
        return columns[0];
    }

    /** The impression is its bid; a click or a conversion is its bid and the time as logged. */
    String eventId() {
        return type == EventType.IMPRESSION ? columns[0] : columns[0] + ":" + columns[1];
    }

    /** Empty if the row has none. */
    String cookie() {
        return columns[3];
    }

    String userAgent() {
        return columns[4];
    }

    String ip() {
        return columns[5];
    }

    String regionId() {
        return columns[6];
    }

    String cityId() {
        return columns[7];
    }

    String exchange() {
        return columns[8];
    }

    String domain() {
        return columns[9];
    }

    String slotId() {
        return columns[12];
    }

    String creativeId() {
        return columns[18];
    }

    String landingPage() {
        return columns[21];
    }

    String advertiserId() {
        return columns[22];
    }
}
