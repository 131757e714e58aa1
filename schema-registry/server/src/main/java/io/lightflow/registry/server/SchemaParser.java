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
 * Reads what a client sent, strictly: names that other languages cannot read and defaults of the wrong type are
 * refused.
 */
final class SchemaParser {
    /** More than any schema written by hand; bounds what one request can make the server read. */
    private static final int MAX_REFERENCES = 1_000;
    /** As Avro reads schemas. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    private final SubjectStore subjects;

    SchemaParser(SubjectStore subjects) {
        this.subjects = subjects;
    }

    /** Which text of a schema is kept. */
    enum Text {
        AS_WRITTEN,
        /** The form that ids are derived from; schemas with references stay as written. */
        NORMALIZED
    }

    /** @throws ApiException if it is not a valid Avro schema, or a reference leads nowhere */
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
            // Avro 1.12 answers the name of a type that is nowhere defined with a NullPointerException.
            throw ApiException.invalidSchema("Invalid Avro schema: " + e.getMessage());
        }
    }

    /** Lets the parser know the types of a version, and of what that refers to; of each version once. */
    private ResolvedReference read(Schema.Parser parser, Reference reference, Set<Reference> read) {
        SubjectVersion version = find(reference).orElseThrow(() -> ApiException.referenceNotFound(reference));
        ResolvedReference resolved = new ResolvedReference(
                new Reference(reference.name(), version.subject(), version.version()), version.id());
        if (!read.add(new Reference("", version.subject(), version.version()))) {
            return resolved;
        }
        if (read.size() > MAX_REFERENCES) {
            throw ApiException.invalidSchema("The schema refers to more than " + MAX_REFERENCES + " others");
        }
        for (Reference inner : version.references()) {
            read(parser, inner, read);
        }
        try {
            parser.parse(version.schema());
        } catch (AvroRuntimeException | NullPointerException e) {
            throw ApiException.invalidSchema("Invalid Avro schema: version " + version.version() + " of subject '"
                    + version.subject() + "', which it refers to, does not go with it: " + e.getMessage());
        }
        return resolved;
    }

    private Optional<SubjectVersion> find(Reference reference) {
        if (reference.subject() == null || reference.name() == null) {
            throw ApiException.invalidSchema("A reference needs a name, a subject and a version, and is " + reference);
        }
        return reference.version() == -1
                ? subjects.latest(reference.subject(), Deleted.LEFT_OUT)
                : subjects.version(reference.subject(), reference.version(), Deleted.INCLUDED);
    }

    private static String textOf(Schema schema, String text, List<Reference> references, Text kept) {
        if (references.isEmpty()) {
            return kept == Text.NORMALIZED ? SchemaId.normalForm(schema) : schema.toString();
        }
        try {
            // Avro would write the types of the references out.
            return JSON.readTree(text).toString();
        } catch (JsonProcessingException e) {
            throw ApiException.invalidSchema("Invalid Avro schema: " + e.getOriginalMessage());
        }
    }
}
