package io.lightflow.reports.statistics;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The values by which filters select beside dimensions. The statistics have no rows for single users and addresses;
 * events have them.
 */
enum EventField {
    /** The join key. */
    USER,
    /** The address of the event; that of its click, or else of its impression, for a conversion. */
    ADDRESS;

    /** Its name in requests. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<EventField> named(String label) {
        return Arrays.stream(values())
                .filter(field -> field.label().equals(label))
                .findFirst();
    }
}
