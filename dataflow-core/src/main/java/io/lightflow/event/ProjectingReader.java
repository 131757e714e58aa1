package io.lightflow.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;

/**
 * Reads the requested fields of records of one schema and steps over the others. Nine of ten events are impressions,
 * and of an impression's fields, most of them strings, the join needs four. Fields are requested by name, and checked
 * against the schema before the first record. The reader rejects every body that a reader of the whole record rejects.
 * Reused for many records; not thread-safe.
 */
public final class ProjectingReader {
    private static final byte SKIP_STRING = 0;
    private static final byte STRING = 1;
    private static final byte LONG = 2;
    private static final byte INT = 3;
    private static final byte BOOLEAN = 4;
    private static final byte OTHER = 5;

    private final byte[] steps;
    private final StringDecoder strings;
    private final String[] stringValues;
    private final long[] longValues;
    private final GenericDatumReader<?>[] others;

    private ProjectingReader(Builder builder) {
        steps = builder.steps;
        strings = builder.strings;
        stringValues = builder.stringValues;
        longValues = builder.longValues;
        others = builder.others;
    }

    /**
     * @param schema of the records; nested records are part of it
     * @param strings decodes the requested strings
     */
    public static Builder builder(Schema schema, StringDecoder strings) {
        return new Builder(schema, strings);
    }

    /**
     * Reads one record. The fields hold its values until the next one.
     *
     * @throws IOException if there are too few bytes
     * @throws RuntimeException if the bytes are damaged
     */
    public void read(ArrayDecoder body) throws IOException {
        for (int field = 0; field < steps.length; field++) {
            switch (steps[field]) {
                case SKIP_STRING -> body.skipString();
                case STRING -> stringValues[field] = body.readString(strings);
                case LONG -> longValues[field] = body.readLong();
                case INT -> longValues[field] = body.readInt();
                case BOOLEAN -> longValues[field] = body.readBoolean() ? 1 : 0;
                default -> others[field].read(null, body);
            }
        }
    }

    /** A field of type string. */
    public static final class StringField {
        private final String[] values;
        private final int slot;

        private StringField(String[] values, int slot) {
            this.values = values;
            this.slot = slot;
        }

        /** The value in the record that was read last. */
        public String get() {
            return values[slot];
        }
    }

    /** A field of type long or int. */
    public static final class LongField {
        private final long[] values;
        private final int slot;

        private LongField(long[] values, int slot) {
            this.values = values;
            this.slot = slot;
        }

        /** The value in the record that was read last. */
        public long get() {
            return values[slot];
        }
    }

    /** A field of type boolean. */
    public static final class BooleanField {
        private final long[] values;
        private final int slot;

        private BooleanField(long[] values, int slot) {
            this.values = values;
            this.slot = slot;
        }

        /** The value in the record that was read last. */
        public boolean get() {
            return values[slot] != 0;
        }
    }

    /** Resolves the requested fields. A field of a nested record is requested as {@code record.field}. */
    public static final class Builder {
        private final Schema schema;
        private final StringDecoder strings;
        private final Map<String, Integer> slots = new HashMap<>();
        private final List<Schema> types = new ArrayList<>();
        private final byte[] steps;
        private final String[] stringValues;
        private final long[] longValues;
        private final GenericDatumReader<?>[] others;

        private Builder(Schema schema, StringDecoder strings) {
            this.schema = schema;
            this.strings = strings;
            addFields(schema, "");
            steps = new byte[types.size()];
            stringValues = new String[types.size()];
            longValues = new long[types.size()];
            others = new GenericDatumReader<?>[types.size()];
            for (int slot = 0; slot < steps.length; slot++) {
                steps[slot] = step(types.get(slot).getType());
                if (steps[slot] == OTHER) {
                    // Reading the whole value rejects damage that skipping it would miss.
                    others[slot] = new GenericDatumReader<>(types.get(slot));
                }
            }
        }

        private void addFields(Schema record, String path) {
            for (Schema.Field field : record.getFields()) {
                if (field.schema().getType() == Schema.Type.RECORD) {
                    addFields(field.schema(), path + field.name() + ".");
                } else {
                    slots.put(path + field.name(), types.size());
                    types.add(field.schema());
                }
            }
        }

        private static byte step(Schema.Type type) {
            return switch (type) {
                case STRING -> SKIP_STRING;
                case LONG -> LONG;
                case INT -> INT;
                case BOOLEAN -> BOOLEAN;
                default -> OTHER;
            };
        }

        /** @throws IllegalArgumentException if the schema has no such field, or one of another type */
        public StringField string(String path) {
            int slot = slot(path, "string", Schema.Type.STRING);
            steps[slot] = STRING;
            return new StringField(stringValues, slot);
        }

        /**
         * An int is read as a long.
         *
         * @throws IllegalArgumentException if the schema has no such field, or one of another type
         */
        public LongField integer(String path) {
            return new LongField(longValues, slot(path, "long or int", Schema.Type.LONG, Schema.Type.INT));
        }

        /** @throws IllegalArgumentException if the schema has no such field, or one of another type */
        public BooleanField bool(String path) {
            return new BooleanField(longValues, slot(path, "boolean", Schema.Type.BOOLEAN));
        }

        private int slot(String path, String expected, Schema.Type... accepted) {
            Integer slot = slots.get(path);
            String found;
            if (slot == null) {
                boolean nested = slots.keySet().stream().anyMatch(name -> name.startsWith(path + "."));
                found = nested ? "a nested record" : "no such field";
            } else {
                Schema.Type type = types.get(slot).getType();
                if (List.of(accepted).contains(type)) {
                    return slot;
                }
                found = "type " + type.name().toLowerCase(Locale.ROOT);
            }
            throw new IllegalArgumentException("expected field " + path + " of type " + expected + " in record "
                    + schema.getFullName() + ", found " + found);
        }

        public ProjectingReader build() {
            return new ProjectingReader(this);
        }
    }
}
