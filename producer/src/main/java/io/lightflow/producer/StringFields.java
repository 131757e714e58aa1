package io.lightflow.producer;

import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/** Finds the string field that makes an event invalid. */
final class StringFields {
    private StringFields() {}

    /** The first field that lacks a required value, or holds an unpaired surrogate. */
    static Optional<String> firstInvalid(SpecificRecordBase event) {
        for (Schema.Field field : event.getSchema().getFields()) {
            Object value = event.get(field.pos());
            boolean missing = value == null && !field.schema().isNullable();
            if (missing || value instanceof String text && UnpairedSurrogateException.hasUnpairedSurrogate(text)) {
                return Optional.of(field.name());
            }
        }
        return Optional.empty();
    }

    static String longest(SpecificRecordBase event) {
        String name = "joinKey";
        int length = -1;
        for (Schema.Field field : event.getSchema().getFields()) {
            if (event.get(field.pos()) instanceof String text && text.length() > length) {
                name = field.name();
                length = text.length();
            }
        }
        return name;
    }
}
