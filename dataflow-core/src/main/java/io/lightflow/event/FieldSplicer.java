package io.lightflow.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/**
 * Replaces fields of an encoded record, and splices in all others as they were read. Reused for many records; not
 * thread-safe.
 */
public final class FieldSplicer {
    private final Schema schema;
    private final Schema.Type[] types;
    /** The begin of each field, and the end of the last one. */
    private final int[] begins;

    /** The new value of each field, a String or a Long; null to keep the old one. */
    private final Object[] replacements;

    private final ArrayDecoder decoder = new ArrayDecoder();
    private final AvroBuffer buffer = new AvroBuffer();
    private byte[] body;
    private boolean changed;

    /** @throws IllegalArgumentException if a field is not a string, a long, an int or a boolean */
    public FieldSplicer(Schema schema) {
        this.schema = schema;
        types = schema.getFields().stream()
                .map(field -> field.schema().getType())
                .toArray(Schema.Type[]::new);
        for (Schema.Field field : schema.getFields()) {
            switch (field.schema().getType()) {
                case STRING, LONG, INT, BOOLEAN -> {}
                default ->
                    throw new IllegalArgumentException("expected fields of type string, long, int or boolean in "
                            + schema.getFullName() + ", found " + field.name() + " of type "
                            + field.schema().getType().getName());
            }
        }
        begins = new int[types.length + 1];
        replacements = new Object[types.length];
    }

    /** Position of a field of type string. */
    public int string(String name) {
        return field(name, Schema.Type.STRING);
    }

    /** Position of a field of type long. */
    public int integer(String name) {
        return field(name, Schema.Type.LONG);
    }

    private int field(String name, Schema.Type type) {
        Schema.Field field = schema.getField(name);
        if (field == null || types[field.pos()] != type) {
            throw new IllegalArgumentException(
                    "expected a field " + name + " of type " + type.getName() + " in " + schema.getFullName());
        }
        return field.pos();
    }

    /** Starts with a body that has been read before. It must not change meanwhile. */
    public void read(byte[] newBody) {
        body = newBody;
        changed = false;
        decoder.over(body, 0);
        try {
            for (int field = 0; field < types.length; field++) {
                begins[field] = decoder.position();
                replacements[field] = null;
                switch (types[field]) {
                    case STRING -> decoder.skipString();
                    case BOOLEAN -> decoder.readBoolean();
                    default -> decoder.readLong();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a body that was read does not decode again", e);
        }
        begins[types.length] = decoder.position();
    }

    /** Whether a string is empty, as it was read. */
    public boolean isEmpty(int field) {
        return body[begins[field]] == 0;
    }

    /** A string, as it was read. */
    public String get(int field) {
        if (isEmpty(field)) {
            return "";
        }
        int from = begins[field];
        while (body[from++] < 0) {
            // The length has one byte more.
        }
        return new String(body, from, begins[field + 1] - from, StandardCharsets.UTF_8);
    }

    public void set(int field, String value) {
        replacements[field] = value;
        changed = true;
    }

    public void set(int field, long value) {
        replacements[field] = value;
        changed = true;
    }

    /** The body with the fields that were set; the very body that was read if there are none. */
    public byte[] result() {
        if (!changed) {
            return body;
        }
        buffer.startBody();
        int from = 0;
        for (int field = 0; field < types.length; field++) {
            if (replacements[field] == null) {
                continue;
            }
            buffer.splice(body, from, begins[field]);
            if (replacements[field] instanceof String string) {
                buffer.writeString(string);
            } else {
                buffer.writeLong((Long) replacements[field]);
            }
            from = begins[field + 1];
        }
        return buffer.splice(body, from, body.length).toBytes();
    }
}
