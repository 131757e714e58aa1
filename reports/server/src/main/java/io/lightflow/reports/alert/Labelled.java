package io.lightflow.reports.alert;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A constant whose name is in lower case in requests, answers and tables. */
interface Labelled {
    String name();

    /** Jackson also reads constants by it. */
    @JsonValue
    default String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static <E extends Enum<E> & Labelled> List<String> labels(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Labelled::label).toList();
    }

    /** @throws IllegalArgumentException if there is none */
    static <E extends Enum<E> & Labelled> E of(Class<E> type, String label) {
        return Enum.valueOf(type, label.toUpperCase(Locale.ROOT));
    }
}
