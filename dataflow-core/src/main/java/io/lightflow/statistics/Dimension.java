package io.lightflow.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The dimensions of the statistics: what tells rows of one time apart. This is the only list of them. The key, the
 * decoder, the tables, the filters and parameters of the API and the columns of downloads follow it, in its order.
 *
 * <p>A new dimension needs a line here, its place in a key table, and a migration that adds the column there.
 */
public enum Dimension {
    CAMPAIGN("impression.campaignId"),
    CREATIVE("impression.creativeId"),
    ADVERTISER("impression.advertiserId"),
    EXCHANGE("impression.exchange"),
    PUBLISHER("impression.publisher"),
    COUNTRY("impression.country"),
    REGION("impression.region"),
    DEVICE("impression.device"),
    BROWSER("impression.browser"),
    OPERATING_SYSTEM("impression.operatingSystem"),
    /** Where the impression was served, such as {@code us-west}: the topic that it came from names it. */
    DATA_CENTER("provenance.origin.topic"),
    /**
     * ISO 4217 code of the row's money: a dimension, so that currencies are never added up. Empty if no event of the
     * row had a price. Clicks and conversions have one of their own if they have money.
     */
    CURRENCY("impression.currency");

    private static final List<Dimension> ALL = List.of(values());

    private final String field;
    private final String column;

    Dimension(String field) {
        this.field = field;
        this.column = name().toLowerCase(Locale.ROOT);
    }

    /** All of them, in their order. */
    public static List<Dimension> all() {
        return ALL;
    }

    /** Path of the field of a joined impression that holds its value. */
    public String field() {
        return field;
    }

    /** Its column in PostgreSQL and in downloads, and its name in requests. */
    public String column() {
        return column;
    }

    public static Optional<Dimension> ofColumn(String column) {
        return Arrays.stream(values())
                .filter(dimension -> dimension.column.equals(column))
                .findFirst();
    }
}
