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
 * Fetches schemas from a registry with the Confluent REST API (v1), and registers schemas there.
 *
 * <p>It caches every schema that it fetched, registered or {@linkplain #preload preloaded}. Reading the cache takes no
 * lock and works while the registry is unavailable. Thread-safe; methods that query the registry block for at most
 * {@link RegistryClientSettings#operationTimeout}. It needs no closing.
 *
 * <p>All methods may throw {@link RegistryUnavailableException}, the only retryable one, and
 * {@link UnexpectedResponseException}.
 */
public final class SchemaRegistryClient {
    private record Registration(String subject, int contentId) {}

    private final RegistryHttp http;
    private final SchemaCache schemas = new SchemaCache();
    private final UnknownIdCache unknownIds;
    private final ConcurrentMap<Registration, Integer> registrations = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, RegisteredSchema> latest = new ConcurrentHashMap<>();

    public SchemaRegistryClient(RegistryClientSettings settings) {
        this(settings, InstantSource.system());
    }

    SchemaRegistryClient(RegistryClientSettings settings, InstantSource clock) {
        this.http = new RegistryHttp(settings);
        this.unknownIds = new UnknownIdCache(settings.unknownIdMemory(), clock);
    }

    /**
     * Registers {@code schema} as a version of {@code subject} unless it is one, and returns its id. It queries the
     * registry once for each subject and schema.
     *
     * @throws SchemaRejectedException if the schema is invalid, or incompatible with earlier versions of the subject
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
        cache(id, schema);
        return id;
    }

    /**
     * Returns the schema of records with this id. It queries the registry once for each known id, and for unknown ids
     * once per {@link RegistryClientSettings#unknownIdMemory}.
     *
     * @throws SchemaNotFoundException if the registry does not know the id; ids below 1 are rejected without a query
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
            throw new SchemaNotFoundException(action + ": the registry recently reported it as unknown");
        }
        String path = "/schemas/ids/" + id;
        try {
            return cache(id, requireSchema(action, path, http.get(action, path)));
        } catch (SchemaNotFoundException e) {
            unknownIds.add(id);
            throw e;
        }
    }

    /**
     * Returns the subject's latest version. It always queries the registry, because the latest version changes. While
     * the registry is unavailable, it returns the result of the last query.
     *
     * @throws SchemaNotFoundException if the subject does not exist
     */
    public RegisteredSchema latest(String subject) {
        String action = "Getting the latest version of subject " + subject;
        String path = "/subjects/" + encode(subject) + "/versions/latest";
        JsonNode response;
        try {
            response = http.get(action, path);
        } catch (RegistryUnavailableException e) {
            RegisteredSchema before = latest.get(subject);
            if (before != null) {
                return before;
            }
            throw e;
        }
        int id = requireInt(action, path, response, "id");
        int version = requireInt(action, path, response, "version");
        RegisteredSchema found =
                new RegisteredSchema(subject, version, id, cache(id, requireSchema(action, path, response)));
        latest.put(subject, found);
        return found;
    }

    /**
     * Adds a compiled-in schema to the cache, so that {@link #schemaById} needs no query. This requires a registry
     * whose ids are {@linkplain SchemaId derived from the content}, such as Lightflow's.
     *
     * @return the schema's id
     */
    public int preload(Schema schema) {
        int id = SchemaId.of(schema);
        cache(id, schema);
        return id;
    }

    private Schema cache(int id, Schema schema) {
        Schema kept = schemas.add(id, schema);
        unknownIds.remove(id);
        return kept;
    }

    private static int requireInt(String action, String path, JsonNode response, String field) {
        JsonNode value = response.path(field);
        if (!value.isInt()) {
            throw RegistryHttp.unexpected(action, path, "no integer \"" + field + "\" in " + response, null);
        }
        return value.intValue();
    }

    private Schema requireSchema(String action, String path, JsonNode response) {
        // The registry has validated the schema, possibly with the different rules of another Avro version.
        Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
        return parse(action, path, response, parser, new HashSet<>());
    }

    /**
     * Parses a schema after those that it references.
     *
     * @param parsed versions of subjects that the parser already knows
     */
    private Schema parse(String action, String path, JsonNode response, Schema.Parser parser, Set<String> parsed) {
        String type = response.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || !response.path("schema").isTextual()) {
            throw RegistryHttp.unexpected(action, path, "no Avro schema in " + response, null);
        }
        for (JsonNode reference : response.path("references")) {
            String referred = "/subjects/" + encode(reference.path("subject").asText()) + "/versions/"
                    + requireInt(action, path, reference, "version");
            if (parsed.add(referred)) {
                parse(action, referred, http.get(action, referred), parser, parsed);
            }
        }
        try {
            return parser.parse(response.path("schema").textValue());
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12 throws a NullPointerException for the name of an undefined type.
            throw RegistryHttp.unexpected(action, path, "a schema that Avro cannot read", e);
        }
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
