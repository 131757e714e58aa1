package io.lightflow.registry.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * Gets schemas from, and registers them with, a registry that speaks the Confluent REST API (v1).
 *
 * <p>What was fetched, registered or {@linkplain #know made known} once is answered from memory, without a lock, also
 * while the registry is away. Safe for any number of threads; the methods that ask the registry block for at most
 * {@link RegistryClientSettings#operationTimeout}. Nothing is to be closed.
 *
 * <p>All methods may throw {@link RegistryUnavailableException}, the only one that is worth a retry, and
 * {@link UnexpectedAnswerException}.
 */
public final class SchemaRegistryClient {
    private record Registration(String subject, int contentId) {}

    private final RegistryHttp http;
    private final KnownSchemas schemas = new KnownSchemas();
    private final UnknownIds unknownIds;
    private final ConcurrentMap<Registration, Integer> registrations = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, RegisteredSchema> latest = new ConcurrentHashMap<>();

    public SchemaRegistryClient(RegistryClientSettings settings) {
        this(settings, InstantSource.system());
    }

    SchemaRegistryClient(RegistryClientSettings settings, InstantSource clock) {
        this.http = new RegistryHttp(settings);
        this.unknownIds = new UnknownIds(settings.unknownIdMemory(), clock);
    }

    /**
     * Makes sure that {@code schema} is a version of {@code subject}, and returns its id. Asks the registry once for
     * each subject and schema.
     *
     * @throws SchemaRejectedException if the schema is not valid or incompatible with the subject's earlier ones
     */
    public int register(String subject, Schema schema) {
        Registration registration = new Registration(subject, SchemaId.of(schema));
        Integer known = registrations.get(registration);
        if (known != null) {
            return known;
        }
        String action = "Registering schema " + schema.getFullName() + " as subject " + subject;
        String path = "/subjects/" + encode(subject) + "/versions";
        JsonNode body = JsonNodeFactory.instance.objectNode().put("schema", schema.toString());
        int id = requireInt(action, path, http.post(action, path, body), "id");
        registrations.put(registration, id);
        remember(id, schema);
        return id;
    }

    /**
     * The schema that records with this id were written with. Asks the registry once for each id that it knows, and for
     * the others once in each {@link RegistryClientSettings#unknownIdMemory}.
     *
     * @throws SchemaNotFoundException if the registry does not know the id; no id below 1 is ever asked for
     */
    public Schema schemaById(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        String action = "Getting schema " + id;
        if (id < 1) {
            throw new SchemaNotFoundException(action + ": no schema has an id below 1");
        }
        if (unknownIds.contains(id)) {
            throw new SchemaNotFoundException(action + ": the registry did not know it a moment ago");
        }
        String path = "/schemas/ids/" + id;
        try {
            return remember(id, requireSchema(action, path, http.get(action, path)));
        } catch (SchemaNotFoundException e) {
            unknownIds.add(id);
            throw e;
        }
    }

    /**
     * The subject's latest version. Always asks the registry, since the answer changes; while nobody answers, what was
     * the latest when it was asked last.
     *
     * @throws SchemaNotFoundException if there is no such subject
     */
    public RegisteredSchema latest(String subject) {
        String action = "Getting the latest version of subject " + subject;
        String path = "/subjects/" + encode(subject) + "/versions/latest";
        JsonNode answer;
        try {
            answer = http.get(action, path);
        } catch (RegistryUnavailableException e) {
            RegisteredSchema before = latest.get(subject);
            if (before != null) {
                return before;
            }
            throw e;
        }
        int id = requireInt(action, path, answer, "id");
        int version = requireInt(action, path, answer, "version");
        RegisteredSchema found =
                new RegisteredSchema(subject, version, id, remember(id, requireSchema(action, path, answer)));
        latest.put(subject, found);
        return found;
    }

    /**
     * Lets {@link #schemaById} answer for a schema that is compiled in, without asking. Right for registries whose ids
     * are {@linkplain SchemaId derived from the content}, as Lightflow's are.
     *
     * @return the schema's id
     */
    public int know(Schema schema) {
        int id = SchemaId.of(schema);
        remember(id, schema);
        return id;
    }

    private Schema remember(int id, Schema schema) {
        Schema kept = schemas.add(id, schema);
        unknownIds.remove(id);
        return kept;
    }

    private static int requireInt(String action, String path, JsonNode answer, String field) {
        JsonNode value = answer.path(field);
        if (!value.isInt()) {
            throw RegistryHttp.unexpected(action, path, "no whole number \"" + field + "\" in " + answer, null);
        }
        return value.intValue();
    }

    private Schema requireSchema(String action, String path, JsonNode answer) {
        // The registry has validated it; another version of Avro may have been stricter or less so.
        Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        return parse(action, path, answer, parser, new HashSet<>());
    }

    /**
     * Parses a schema behind those that it refers to.
     *
     * @param parsed versions of subjects that the parser knows already
     */
    private Schema parse(String action, String path, JsonNode answer, Schema.Parser parser, Set<String> parsed) {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || !answer.path("schema").isTextual()) {
            throw RegistryHttp.unexpected(action, path, "no Avro schema in " + answer, null);
        }
        for (JsonNode reference : answer.path("references")) {
            String referred = "/subjects/" + encode(reference.path("subject").asText()) + "/versions/"
                    + requireInt(action, path, reference, "version");
            if (parsed.add(referred)) {
                parse(action, referred, http.get(action, referred), parser, parsed);
            }
        }
        try {
            return parser.parse(answer.path("schema").textValue());
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12 answers the name of a type that is nowhere defined with a NullPointerException.
            throw RegistryHttp.unexpected(action, path, "a schema that Avro cannot read", e);
        }
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
