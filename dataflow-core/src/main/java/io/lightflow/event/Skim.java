package io.lightflow.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/**
 * Reads a few fields of bodies of one schema and steps over the others: nine of ten events are impressions, and of an
 * impression's seventeen fields, most of them texts, the join needs four. It refuses the bodies that the whole record's
 * reader refuses. Reused for many bodies; not thread-safe.
 */
public final class Skim {
    private enum Kind {
        TEXT,
        LONG,
        INT,
        FLAG
    }

    /** @param place of a wanted field among the wanted ones; -1 for others */
    private record Field(Kind kind, int place) {}

    private final Field[] fields;
    private final Texts texts;
    private final String[] found;
    private final long[] numbers;

    /**
     * @param schema of the bodies: a record of texts, numbers, flags and records of such
     * @param texts makes the wanted texts
     * @param wanted names of fields, those of records within the record as {@code record.field}
     * @throws IllegalArgumentException if a field is not there, or is of another kind
     */
    public Skim(Schema schema, Texts texts, String... wanted) {
        List<Field> all = new ArrayList<>();
        List<String> missing = new ArrayList<>(List.of(wanted));
        collect(schema, "", List.of(wanted), missing, all);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(schema.getFullName() + " has no " + missing);
        }
        this.fields = all.toArray(new Field[0]);
        this.texts = texts;
        found = new String[wanted.length];
        numbers = new long[wanted.length];
    }

    private static void collect(
            Schema schema, String path, List<String> wanted, List<String> missing, List<Field> all) {
        for (Schema.Field field : schema.getFields()) {
            String name = path + field.name();
            Schema type = field.schema();
            if (type.getType() == Schema.Type.RECORD) {
                collect(type, name + ".", wanted, missing, all);
                continue;
            }
            missing.remove(name);
            all.add(new Field(kind(name, type), wanted.indexOf(name)));
        }
    }

    private static Kind kind(String name, Schema type) {
        return switch (type.getType()) {
            case STRING -> Kind.TEXT;
            case LONG -> Kind.LONG;
            case INT -> Kind.INT;
            case BOOLEAN -> Kind.FLAG;
            default -> throw new IllegalArgumentException("cannot step over " + name + ", a " + type.getType());
        };
    }

    /**
     * Reads one body. What is told of it stands until the next.
     *
     * @throws IOException if there are too few bytes
     * @throws RuntimeException if the bytes are damaged
     */
    public void read(ArrayDecoder body) throws IOException {
        for (Field field : fields) {
            int place = field.place;
            switch (field.kind) {
                case TEXT -> {
                    if (place < 0) {
                        body.skipString();
                    } else {
                        found[place] = body.readString(texts);
                    }
                }
                case LONG -> set(place, body.readLong());
                case INT -> set(place, body.readInt());
                case FLAG -> set(place, body.readBoolean() ? 1 : 0);
            }
        }
    }

    private void set(int place, long number) {
        if (place >= 0) {
            numbers[place] = number;
        }
    }

    /** The wanted text of that place. */
    public String text(int place) {
        return found[place];
    }

    /** The wanted number of that place. */
    public long number(int place) {
        return numbers[place];
    }

    /** The wanted flag of that place. */
    public boolean flag(int place) {
        return numbers[place] != 0;
    }
}
