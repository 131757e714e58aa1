package io.lightflow.reports.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How long a time a row is about. Coarser rows are the sums of finer ones, written in the same transactions. */
enum Grain {
    MINUTE("stats_minute", Duration.ofMinutes(1)),
    TEN_MINUTES("stats_creative_ten_minutes", Duration.ofMinutes(10)),
    HOUR("stats_hour", Duration.ofHours(1)),
    DAY("stats_day", Duration.ofDays(1));

    private static final String CREATIVE_MINUTE = "stats_creative_minute";

    final Duration length;
    private final String table;

    Grain(String table, Duration length) {
        this.table = table;
        this.length = length;
    }

    /** Its name in requests and answers. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The table with the fewest rows that tells. */
    String table(Detail detail) {
        return this == MINUTE && detail == Detail.CREATIVE ? CREATIVE_MINUTE : table;
    }

    /** The greatest whole multiple of its length that is not after a time. */
    Instant floor(Instant time) {
        return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), length.toMillis()) * length.toMillis());
    }

    Instant ceiling(Instant time) {
        Instant floor = floor(time);
        return floor.equals(time) ? time : floor.plus(length);
    }

    /** How much of a row's key a question needs. */
    enum Detail {
        /** Campaign, creative, advertiser and currency. */
        CREATIVE,
        /** Also exchange, publisher, country and device. */
        PLACE
    }
}
