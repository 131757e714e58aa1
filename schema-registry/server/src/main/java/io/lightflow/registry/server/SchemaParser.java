package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lightflow.registry.client.SchemaId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * Parses a client's schema strictly: it rejects names that other languages cannot read, and defaults of the wrong type.
 */
final class SchemaParser {
    /** More than any handwritten schema has; bounds the work of one request. */
    private static final int MAX_REFERENCES = 1_000;
    /** Accepts the same JSON as Avro's parser. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    private final SubjectStore subjects;

    SchemaParser(SubjectStore subjects) {
        this.subjects = subjects;
    }

    /** The form in which a schema is stored. */
    enum Text {
        AS_WRITTEN,
        /** The form from which ids are derived; schemas with references stay as written. */
        NORMALIZED
    }

    /** @throws ApiException if the schema is invalid, or a referenced version does not exist */
    ParsedSchema parse(String text, List<Reference> references, Text kept) {
        if (text == null || text.isBlank()) {
            throw ApiException.invalidSchema("Empty schema");
        }
        Schema.Parser parser = new Schema.Parser(NameValidator.STRICT_VALIDATOR).setValidateDefaults(true);
        List<ResolvedReference> resolved = new ArrayList<>();
        Set<Reference> read = new HashSet<>();
        for (Reference reference : references) {
            resolved.add(read(parser, reference, read));
        }
        try {
            Schema schema = parser.parse(text);
            return new ParsedSchema(schema, textOf(schema, text, references, kept), resolved);
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12 throws a NullPointerException for the name of an undefined type.
            throw ApiException.invalidSchema("Invalid Avro schema: " + e.getMessage());
        }
    }

    /** Parses a version and its references, each once, so that the parser knows their types. */
    private ResolvedReference read(Schema.Parser parser, Reference reference, Set<Reference> read) {
        SubjectVersion version = find(reference).orElseThrow(() -> ApiException.referenceNotFound(reference));
        ResolvedReference resolved = new ResolvedReference(
                new Reference(reference.name(), version.subject(), version.version()), version.id());
        if (!read.add(new Reference("", version.subject(), version.version()))) {
            return resolved;
        }
        if (read.size() > MAX_REFERENCES) {
            throw ApiException.invalidSchema("Expected at most " + MAX_REFERENCES + " referenced schemas, found more");
        }
        for (Reference inner : version.references()) {
            read(parser, inner, read);
        }
        try {
            parser.parse(version.schema());
        } catch (AvroRuntimeException | NullPointerException e) {
            throw ApiException.invalidSchema("Invalid Avro schema: version " + version.version() + " of subject '"
                    + version.subject() + "', which it references, conflicts with it: " + e.getMessage());
        }
        return resolved;
    }

    private Optional<SubjectVersion> find(Reference reference) {
        if (reference.subject() == null || reference.name() == null) {
            throw ApiException.invalidSchema(
                    "A reference must have a name, a subject and a version, but is " + reference);
        }
        return reference.version() == -1
                ? subjects.latest(reference.subject(), DeletedFilter.EXCLUDED)
                : subjects.version(reference.subject(), reference.version(), DeletedFilter.INCLUDED);
    }

    private static String textOf(Schema schema, String text, List<Reference> references, Text kept) {
        if (references.isEmpty()) {
            return kept == Text.NORMALIZED ? SchemaId.normalForm(schema) : schema.toString();
        }
        try {
            // Avro would inline the types of the references.
            return JSON.readTree(text).toString();
        } catch (JsonProcessingException e) {
            throw ApiException.invalidSchema("Invalid Avro schema: " + e.getOriginalMessage());
        }
    }
}
