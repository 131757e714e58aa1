package io.lightflow.event;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads bodies of one schema into a generated class. It uses the generated code if the bytes have the layout of the
 * class, and Avro's schema resolution otherwise. Not thread-safe.
 *
 * @param <T> the generated class
 */
public final class BodyReader<T extends SpecificRecord> {
    private final Schema compiled;
    private final boolean asCompiled;
    private final SpecificDatumReader<T> reader;

    /** For bodies that were written with the compiled schema. */
    public BodyReader(Schema compiled) {
        this(compiled, compiled);
    }

    /**
     * @param writer schema that the bodies were written with
     * @param compiled schema of the generated class
     */
    public BodyReader(Schema writer, Schema compiled) {
        this.compiled = compiled;
        // A registry's schema may differ in docs, defaults and Java hints, which leave the bytes unchanged.
        asCompiled = SchemaNormalization.toParsingForm(writer).equals(SchemaNormalization.toParsingForm(compiled));
        SpecificData data = new SpecificData();
        data.setCustomCoders(true);
        data.setFastReaderEnabled(!asCompiled);
        reader = new SpecificDatumReader<>(asCompiled ? compiled : writer, compiled, data);
    }

    /** Whether bodies have the layout of the compiled schema. */
    public boolean asCompiled() {
        return asCompiled;
    }

    /** Whether bodies have the layout of this very schema of a generated class. */
    public boolean isLaidOutBy(Schema generated) {
        return asCompiled && compiled == generated;
    }

    /**
     * @throws IOException if there are too few bytes
     * @throws RuntimeException if the bytes are damaged, or the schemas cannot be resolved
     */
    public T read(ArrayDecoder decoder) throws IOException {
        return reader.read(null, decoder);
    }
}
