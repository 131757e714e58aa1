package io.lightflow.join;

import io.lightflow.event.EventType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;

/**
 * The schemas of bodies in cells of the first format, which do not name their schema. Every build that wrote such cells
 * had these schemas. Immutable.
 */
public final class FormerSchemas {
    private static final Schema IMPRESSION = load("Impression");
    private static final Schema CLICK = load("Click");
    private static final Schema CONVERSION = load("Conversion");

    private FormerSchemas() {}

    /** @throws IllegalArgumentException for tags, whose cells have no body */
    public static Schema of(EventType type) {
        return switch (type) {
            case IMPRESSION -> IMPRESSION;
            case CLICK -> CLICK;
            case CONVERSION -> CONVERSION;
            case TAG -> throw new IllegalArgumentException("the cells of tags have no body");
        };
    }

    /** The id that the registry gives to the schema. */
    public static int idOf(EventType type) {
        return switch (type) {
            case IMPRESSION -> 1_036_168_400;
            case CLICK -> 1_029_135_189;
            case CONVERSION -> 962_266_654;
            case TAG -> throw new IllegalArgumentException("the cells of tags have no body");
        };
    }

    private static Schema load(String name) {
        try (InputStream file = FormerSchemas.class.getResourceAsStream("v1/" + name + ".avsc")) {
            return new Schema.Parser().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the schema v1/" + name + ".avsc cannot be read", e);
        }
    }
}
