package io.lightflow.registry.server;

import io.lightflow.registry.client.SchemaId;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** An Avro schema with its identity. */
final class ParsedSchema {
    private final Schema schema;
    private final String text;
    private final List<ResolvedReference> references;
    private final byte[] fingerprint;

    /** @param text what is kept and handed out */
    ParsedSchema(Schema schema, String text, List<ResolvedReference> references) {
        this.schema = schema;
        this.text = text;
        this.references = List.copyOf(references);
        this.fingerprint = SchemaId.fingerprint(schema);
    }

    /** Reads what was accepted earlier, perhaps by a version of Avro that was less strict. */
    static Schema parseStored(String resolved) {
        return new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(resolved);
    }

    Schema schema() {
        return schema;
    }

    /** Derived from what the schema says with its references written out. */
    int id() {
        return SchemaId.ofFingerprint(fingerprint);
    }

    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** What is kept and handed out. */
    String text() {
        return text;
    }

    /** The text with the types of the references written out. */
    String resolved() {
        return references.isEmpty() ? text : schema.toString();
    }

    List<ResolvedReference> references() {
        return references;
    }
}
