package io.lightflow.event;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads bodies of one schema into a generated class, by the code that was generated with it if the bytes are laid out
 * as it expects. Not thread-safe.
 *
 * @param <T> the generated class
 */
public final class BodyReader<T extends SpecificRecord> {
    private final Schema compiled;
    private final boolean asCompiled;
    private final SpecificDatumReader<T> reader;

    /** For bodies that were written by the compiled schema. */
    public BodyReader(Schema compiled) {
        this(compiled, compiled);
    }

    /**
     * @param writer schema that the bodies were written with
     * @param compiled schema of the generated class
     */
    public BodyReader(Schema writer, Schema compiled) {
        this.compiled = compiled;
        // Docs, defaults and Java's hints differ between a registry's schema and the compiled one; bytes do not.
        asCompiled = SchemaNormalization.toParsingForm(writer).equals(SchemaNormalization.toParsingForm(compiled));
        SpecificData data = new SpecificData();
        data.setCustomCoders(true);
        data.setFastReaderEnabled(!asCompiled);
        reader = new SpecificDatumReader<>(asCompiled ? compiled : writer, compiled, data);
    }

    /** Whether bodies are laid out by the compiled schema. */
    public boolean asCompiled() {
        return asCompiled;
    }

    /** Whether bodies are laid out by just this schema of a generated class. */
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
