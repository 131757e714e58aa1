package io.lightflow.registry.server;

import io.lightflow.registry.client.SchemaId;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** An Avro schema with its identity. */
final class ParsedSchema {
    private final Schema schema;
    private final byte[] fingerprint;

    private ParsedSchema(Schema schema) {
        this.schema = schema;
        this.fingerprint = SchemaId.fingerprint(schema);
    }

    /**
     * Reads what a client sent, strictly: names that other languages cannot read and defaults of the wrong type are refused.
     *
     * @throws ApiException if it is not a valid Avro schema
     */
    static ParsedSchema parse(String text) {
        if (text == null || text.isBlank()) {
            throw ApiException.invalidSchema("Empty schema");
        }
        try {
            return new ParsedSchema(new Schema.Parser(NameValidator.STRICT_VALIDATOR)
                    .setValidateDefaults(true)
                    .parse(text));
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12 answers the name of a type that is nowhere defined with a NullPointerException.
            throw ApiException.invalidSchema("Invalid Avro schema: " + e.getMessage());
        }
    }

    /** Reads what was accepted earlier, perhaps by a version of Avro that was less strict. */
    static Schema parseStored(String text) {
        return new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(text);
    }

    Schema schema() {
        return schema;
    }

    int id() {
        return SchemaId.ofFingerprint(fingerprint);
    }

    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** What is kept and handed out. */
    String text() {
        return schema.toString();
    }
}
