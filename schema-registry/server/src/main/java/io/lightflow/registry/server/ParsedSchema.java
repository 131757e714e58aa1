package io.lightflow.registry.server;

import io.lightflow.registry.client.SchemaId;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** An Avro schema with its id and fingerprint. */
final class ParsedSchema {
    private final Schema schema;
    private final String text;
    private final List<ResolvedReference> references;
    private final byte[] fingerprint;

    /** @param text the string to store and return */
    ParsedSchema(Schema schema, String text, List<ResolvedReference> references) {
        this.schema = schema;
        this.text = text;
        this.references = List.copyOf(references);
        this.fingerprint = SchemaId.fingerprint(schema);
    }

    /** Parses a schema that was accepted earlier, possibly by a less strict version of Avro. */
    static Schema parseStored(String resolved) {
        return new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(resolved);
    }

    Schema schema() {
        return schema;
    }

    /** The id, derived from the schema with its references inlined. */
    int id() {
        return SchemaId.ofFingerprint(fingerprint);
    }

    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** The string to store and return. */
    String text() {
        return text;
    }

    /** The schema with the types of its references inlined. */
    String resolved() {
        return references.isEmpty() ? text : schema.toString();
    }

    List<ResolvedReference> references() {
        return references;
    }
}
