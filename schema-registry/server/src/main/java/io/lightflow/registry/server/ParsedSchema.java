package io.lightflow.registry.server;

import io.lightflow.registry.client.SchemaId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** An Avro schema with its metadata and rules, and the id and fingerprint of all that. */
final class ParsedSchema {
    private final Schema schema;
    private final String text;
    private final List<ResolvedReference> references;
    private final DataContract contract;
    private final byte[] schemaFingerprint;
    private final byte[] fingerprint;

    /** @param text the string to store and return */
    ParsedSchema(Schema schema, String text, List<ResolvedReference> references, DataContract contract) {
        this(schema, text, references, contract, SchemaId.fingerprint(schema));
    }

    private ParsedSchema(
            Schema schema,
            String text,
            List<ResolvedReference> references,
            DataContract contract,
            byte[] schemaFingerprint) {
        this.schema = schema;
        this.text = text;
        this.references = List.copyOf(references);
        this.contract = contract.normalized();
        this.schemaFingerprint = schemaFingerprint;
        this.fingerprint = this.contract.isEmpty() ? schemaFingerprint : fingerprint(schemaFingerprint, this.contract);
    }

    private static byte[] fingerprint(byte[] schemaFingerprint, DataContract contract) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(schemaFingerprint);
            return digest.digest(CanonicalJson.write(contract).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the Java runtime to support SHA-256, found that it does not", e);
        }
    }

    /** Parses a schema that was accepted earlier, possibly by a less strict version of Avro. */
    static Schema parseStored(String resolved) {
        return new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(resolved);
    }

    ParsedSchema withContract(DataContract other) {
        return new ParsedSchema(schema, text, references, other, schemaFingerprint);
    }

    /** Whether a client that sends this schema means that version. */
    boolean means(SubjectVersion version) {
        DataContract theirs = version.contract();
        return Guid.of(withContract(theirs).fingerprint).equals(version.guid())
                && contract.means(theirs, version.version());
    }

    Schema schema() {
        return schema;
    }

    /** The id, derived from the schema with its references inlined, and from its metadata and rules. */
    int id() {
        return SchemaId.ofFingerprint(fingerprint);
    }

    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** The fingerprint of the schema without its metadata and rules. */
    byte[] schemaFingerprint() {
        return schemaFingerprint.clone();
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

    DataContract contract() {
        return contract;
    }
}
