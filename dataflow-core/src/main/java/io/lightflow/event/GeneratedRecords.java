package io.lightflow.event;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Decodes bodies that were written with the schemas of the generated classes. Thread-safe. */
public final class GeneratedRecords {
    private GeneratedRecords() {}

    /** The schema of the generated class. */
    public static Schema schema(EventType type) {
        return switch (type) {
            case IMPRESSION -> Impression.getClassSchema();
            case CLICK -> Click.getClassSchema();
            case CONVERSION -> Conversion.getClassSchema();
            case TAG -> Tag.getClassSchema();
        };
    }

    /** @throws IllegalArgumentException if the body does not decode */
    public static SpecificRecord decode(EventType type, byte[] body) {
        Class<? extends SpecificRecord> compiled =
                switch (type) {
                    case IMPRESSION -> Impression.class;
                    case CLICK -> Click.class;
                    case CONVERSION -> Conversion.class;
                    case TAG -> Tag.class;
                };
        return decode(compiled, body);
    }

    /** @throws IllegalArgumentException if the body does not decode */
    public static <T extends SpecificRecord> T decode(Class<T> compiled, byte[] body) {
        try {
            return new SpecificDatumReader<>(compiled)
                    .read(null, DecoderFactory.get().binaryDecoder(body, null));
        } catch (IOException | AvroRuntimeException e) {
            throw new IllegalArgumentException(
                    "expected a body of " + compiled.getSimpleName() + ", found bytes that do not decode: " + e, e);
        }
    }
}
