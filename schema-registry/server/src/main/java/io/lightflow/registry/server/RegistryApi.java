package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The paths, bodies and errors of the Confluent Schema Registry REST API (v1), over a {@link SchemaStore}. */
final class RegistryApi {
    static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Logger LOG = LoggerFactory.getLogger(RegistryApi.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final int STORE_ERROR = 50001;

    private final SchemaStore store;

    RegistryApi(SchemaStore store) {
        this.store = store;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/", answer(context -> Map.of()));
        routes.get("/schemas/ids/{id}", answer(this::schemaById));
        routes.get("/schemas/ids/{id}/versions", answer(this::versionsOfSchema));
        routes.get("/subjects", answer(context -> store.subjects()));
        routes.post("/subjects/{subject}", answer(this::lookUp));
        routes.get("/subjects/{subject}/versions", answer(this::versions));
        routes.post("/subjects/{subject}/versions", answer(this::register));
        routes.get("/subjects/{subject}/versions/{version}", answer(this::version));
        routes.get("/config", answer(context -> new ConfiguredLevel(store.compatibility())));
        routes.put("/config", answer(this::setCompatibility));
        routes.get("/config/{subject}", answer(this::subjectCompatibility));
        routes.put("/config/{subject}", answer(this::setSubjectCompatibility));
        routes.get("/health/live", answer(context -> Map.of("status", "up")));
        routes.get("/health/ready", this::ready);

        routes.exception(ApiException.class, (e, context) -> fail(context, e.status(), e.errorCode(), e.getMessage()));
        routes.exception(
                HttpResponseException.class,
                (e, context) ->
                        fail(context, e.getStatus(), e.getStatus(), "HTTP " + e.getStatus() + " " + e.getMessage()));
        routes.exception(StoreException.class, (e, context) -> {
            // The message names the cause; a stack trace for each request would fill the log while the database is
            // away.
            LOG.warn("{} {} was answered with an error: {}", context.method(), context.path(), e.getMessage());
            fail(context, 500, STORE_ERROR, "The registry's database is not available. Try again later.");
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            fail(context, 500, 500, "Internal server error");
        });
    }

    private record SchemaText(String schema) {}

    private record SchemaRequest(String schema, String schemaType, List<JsonNode> references) {}

    private record RegisteredId(int id) {}

    private record SubjectAndVersion(String subject, int version) {}

    /** How a level is read. */
    private record ConfiguredLevel(CompatibilityLevel compatibilityLevel) {}

    /** How a level is set, and the answer to that. */
    private record LevelToSet(String compatibility) {}

    private record Failure(int error_code, String message) {}

    private Object schemaById(Context context) {
        String id = context.pathParam("id");
        return store.schemaById(parseId(id)).map(SchemaText::new).orElseThrow(() -> ApiException.schemaNotFound(id));
    }

    private Object versionsOfSchema(Context context) {
        String id = context.pathParam("id");
        List<SubjectVersion> versions = store.versionsOfSchema(parseId(id));
        if (versions.isEmpty()) {
            throw ApiException.schemaNotFound(id);
        }
        return versions.stream()
                .map(version -> new SubjectAndVersion(version.subject(), version.version()))
                .toList();
    }

    private Object lookUp(Context context) {
        String subject = subject(context);
        ParsedSchema schema = schemaInBody(context);
        return store.find(subject, schema).orElseThrow(() -> {
            requireVersions(subject);
            return ApiException.schemaNotFound("with id " + schema.id() + " in subject '" + subject + "'");
        });
    }

    private Object versions(Context context) {
        return requireVersions(subject(context));
    }

    private Object register(Context context) {
        String subject = subject(context);
        Registration registration = store.register(subject, schemaInBody(context));
        SubjectVersion version = registration.version();
        if (registration.outcome() == Registration.Outcome.CREATED) {
            LOG.info("Registered schema {} as version {} of subject {}", version.id(), version.version(), subject);
        }
        return new RegisteredId(version.id());
    }

    private Object version(Context context) {
        String subject = subject(context);
        String version = context.pathParam("version");
        if (version.equals("latest") || version.equals("-1")) {
            return store.latest(subject).orElseThrow(() -> ApiException.subjectNotFound(subject));
        }
        int number = parseVersion(version);
        return store.version(subject, number).orElseThrow(() -> {
            requireVersions(subject);
            return ApiException.versionNotFound(subject, number);
        });
    }

    private Object subjectCompatibility(Context context) {
        String subject = subject(context);
        return new ConfiguredLevel(store.compatibility(subject).orElseGet(() -> {
            if (!"true".equals(context.queryParam("defaultToGlobal"))) {
                throw ApiException.compatibilityNotConfigured(subject);
            }
            return store.compatibility();
        }));
    }

    private Object setCompatibility(Context context) {
        CompatibilityLevel level = levelInBody(context);
        store.setCompatibility(level);
        LOG.info("Set the compatibility of all subjects to {}", level);
        return new LevelToSet(level.name());
    }

    private Object setSubjectCompatibility(Context context) {
        String subject = subject(context);
        CompatibilityLevel level = levelInBody(context);
        store.setCompatibility(subject, level);
        LOG.info("Set the compatibility of subject {} to {}", subject, level);
        return new LevelToSet(level.name());
    }

    private void ready(Context context) throws JsonProcessingException {
        if (store.isReachable()) {
            write(context, Map.of("status", "ready"));
        } else {
            fail(context, 503, STORE_ERROR, "The registry's database is not available.");
        }
    }

    private List<Integer> requireVersions(String subject) {
        List<Integer> versions = store.versions(subject);
        if (versions.isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
        return versions;
    }

    /** Subjects end up in logs and in pages, so they hold no control characters. */
    private static String subject(Context context) {
        String subject = context.pathParam("subject");
        if (subject.isBlank() || subject.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.invalidSubject("A subject must not be blank or hold control characters");
        }
        return subject;
    }

    private static ParsedSchema schemaInBody(Context context) {
        SchemaRequest request = body(context, SchemaRequest.class);
        if (request.schemaType() != null && !request.schemaType().equals("AVRO")) {
            throw ApiException.invalidSchema("Schema type " + request.schemaType() + " is not supported, only AVRO is");
        }
        if (request.references() != null && !request.references().isEmpty()) {
            throw ApiException.invalidSchema(
                    "References to other schemas are not supported: write the types out in the schema");
        }
        return ParsedSchema.parse(request.schema());
    }

    private static CompatibilityLevel levelInBody(Context context) {
        return CompatibilityLevel.parse(body(context, LevelToSet.class).compatibility());
    }

    private static <T> T body(Context context, Class<T> type) {
        try {
            T body = JSON.readValue(context.bodyAsBytes(), type);
            if (body == null) {
                throw ApiException.badRequest("The body of the request is null");
            }
            return body;
        } catch (JacksonException e) {
            throw ApiException.badRequest(
                    "The body of the request is not the JSON that is expected: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    private static int parseId(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw ApiException.schemaNotFound(text);
        }
    }

    private static int parseVersion(String text) {
        try {
            int version = Integer.parseInt(text);
            if (version >= 1) {
                return version;
            }
        } catch (NumberFormatException e) {
            throw ApiException.invalidVersion(text);
        }
        throw ApiException.invalidVersion(text);
    }

    private static Handler answer(Function<Context, Object> handler) {
        return context -> write(context, handler.apply(context));
    }

    private static void write(Context context, Object body) throws JsonProcessingException {
        context.contentType(CONTENT_TYPE).result(JSON.writeValueAsBytes(body));
    }

    private static void fail(Context context, int status, int errorCode, String message) {
        try {
            context.status(status);
            write(context, new Failure(errorCode, message));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing an error as JSON failed", e);
        }
    }
}
