package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
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

/** Parses a client's schema, with the versions that it references. */
final class SchemaParser {
    /** More than any handwritten schema has; bounds the work of one request. */
    private static final int MAX_REFERENCES = 1_000;
    /** Accepts the same JSON as Avro's parser. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    /** Avro's name for a type that is neither defined nor referenced. */
    private static final String UNRESOLVED = "UnresolvedSchema_";

    private final SubjectStore subjects;

    SchemaParser(SubjectStore subjects) {
        this.subjects = subjects;
    }

    /** The form in which a schema is stored. */
    enum Text {
        AS_WRITTEN,
        /** With full names and sorted properties; schemas with references stay as written. */
        NORMALIZED
    }

    /** Whether names that other languages cannot read, and defaults of the wrong type, are rejected. */
    enum Validation {
        STRICT,
        LENIENT
    }

    /**
     * How a schema is parsed.
     *
     * @param subject its context is that of references without one
     * @param references which versions it may reference
     */
    record Options(String subject, Text text, Validation validation, DeletedFilter references) {
        /** Finds also versions that were imported without validation, and those of deleted references. */
        Options forLookUp() {
            return new Options(subject, text, Validation.LENIENT, DeletedFilter.INCLUDED);
        }
    }

    /** @throws ApiException if the schema is invalid, or a referenced version does not exist */
    ParsedSchema parse(String text, List<Reference> references, DataContract contract, Options options) {
        if (text == null || text.isBlank()) {
            throw ApiException.invalidSchema("Empty schema");
        }
        Schema.Parser parser = options.validation() == Validation.STRICT
                ? new Schema.Parser(NameValidator.STRICT_VALIDATOR).setValidateDefaults(true)
                : new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        List<ResolvedReference> resolved = new ArrayList<>();
        Set<Reference> read = new HashSet<>();
        for (Reference reference : references) {
            resolved.add(read(parser, reference, options.subject(), options.references(), read));
        }
        try {
            Schema schema = parser.parse(text);
            return new ParsedSchema(schema, textOf(schema, text, references, options.text()), resolved, contract);
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12 throws a NullPointerException for the name of an undefined type.
            throw ApiException.invalidSchema("Invalid AVRO schema. Error: " + reason(e, text));
        }
    }

    private static String reason(RuntimeException e, String text) {
        if (e.getCause() instanceof JacksonException json) {
            return "the schema is not JSON: " + InvalidJson.reason(json);
        }
        return String.valueOf(e.getMessage()).contains(UNRESOLVED)
                ? "Undefined schema: " + typeOf(text)
                : e.getMessage();
    }

    /** The type of the outermost schema, for which Avro invents a name if it is undefined. */
    private static String typeOf(String text) {
        try {
            JsonNode type = JSON.readTree(text);
            while (type.isObject()) {
                type = type.path("type");
            }
            return type.isTextual() ? type.asText() : text;
        } catch (JsonProcessingException e) {
            return text;
        }
    }

    /** Parses a version and its references, each once, so that the parser knows their types. */
    private ResolvedReference read(
            Schema.Parser parser, Reference given, String parent, DeletedFilter allowed, Set<Reference> read) {
        if (given.subject() == null || given.name() == null) {
            throw ApiException.invalidSchema("A reference must have a name, a subject and a version, but has the name "
                    + given.name() + " and the subject " + given.subject());
        }
        Reference reference = given.resolvedIn(Contexts.prefixOf(parent));
        SubjectVersion version = find(reference, allowed).orElseThrow(() -> ApiException.referenceNotFound(reference));
        ResolvedReference resolved = new ResolvedReference(
                new Reference(reference.name(), version.subject(), version.version()), given.subject(), version.id());
        if (!read.add(new Reference("", version.subject(), version.version()))) {
            return resolved;
        }
        if (read.size() > MAX_REFERENCES) {
            throw ApiException.invalidSchema("Expected at most " + MAX_REFERENCES + " referenced schemas, found more");
        }
        for (Reference inner : version.references()) {
            // A referenced version may have become deleted together with its own references.
            read(parser, inner, version.subject(), DeletedFilter.INCLUDED, read);
        }
        try {
            parser.parse(version.schema());
        } catch (AvroRuntimeException | NullPointerException e) {
            throw ApiException.invalidSchema(
                    "Invalid AVRO schema. Error: version " + version.version() + " of subject '" + version.subject()
                            + "', which it references, conflicts with it: " + e.getMessage());
        }
        return resolved;
    }

    private Optional<SubjectVersion> find(Reference reference, DeletedFilter allowed) {
        return reference.version() == -1
                ? subjects.latest(reference.subject(), DeletedFilter.EXCLUDED)
                : subjects.version(reference.subject(), reference.version(), allowed);
    }

    private static String textOf(Schema schema, String text, List<Reference> references, Text kept) {
        if (references.isEmpty()) {
            return kept == Text.NORMALIZED
                    ? ParsedSchema.parseStored(SchemaId.normalForm(schema)).toString()
                    : schema.toString();
        }
        try {
            // Avro would inline the types of the references.
            return JSON.readTree(text).toString();
        } catch (JsonProcessingException e) {
            throw ApiException.invalidSchema(
                    "Invalid AVRO schema. Error: the schema is not JSON: " + InvalidJson.reason(e));
        }
    }
}
