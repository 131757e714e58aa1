package io.lightflow.reports.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What rows can be told apart by. */
enum Dimension {
    CAMPAIGN,
    CREATIVE,
    ADVERTISER,
    EXCHANGE,
    PUBLISHER,
    COUNTRY,
    REGION,
    DEVICE,
    DATA_CENTER,
    CURRENCY;

    static final List<String> NAMES =
            Arrays.stream(values()).map(Dimension::column).toList();

    /** Its name in requests, and its column. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Dimension> named(String name) {
        return NAMES.contains(name) ? Optional.of(valueOf(name.toUpperCase(Locale.ROOT))) : Optional.empty();
    }
}
