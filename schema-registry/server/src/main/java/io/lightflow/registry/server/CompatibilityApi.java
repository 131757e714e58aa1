package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.http.Context;
import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.registry.server.SchemaParser.Text;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code /compatibility}: whether a schema could become a version, without registering it. */
final class CompatibilityApi {
    private final RequestPaths paths;
    private final SubjectStore subjects;
    private final SchemaStore schemas;
    private final ConfigStore configs;
    private final SchemaParser parser;
    private final Registrar registrar;

    CompatibilityApi(
            RequestPaths paths,
            SubjectStore subjects,
            SchemaStore schemas,
            ConfigStore configs,
            SchemaParser parser,
            Registrar registrar) {
        this.paths = paths;
        this.subjects = subjects;
        this.schemas = schemas;
        this.configs = configs;
        this.parser = parser;
        this.registrar = registrar;
    }

    void addTo(ContextRoutes routes) {
        String versions = "/compatibility/subjects/{subject}/versions";
        routes.post(versions, RegistryJson.json(this::withRelevantVersions), RegistryRole.READ);
        routes.post(versions + "/{version}", RegistryJson.json(this::withOneVersion), RegistryRole.READ);
    }

    @JsonInclude(Include.NON_NULL)
    private record Verdict(boolean is_compatible, List<String> messages) {}

    private Object withRelevantVersions(Context context) {
        String subject = paths.subject(context);
        SubjectConfig config = configs.effective(subject);
        return verdict(context, () -> registrar.incompatibilities(subject, parsed(context, subject, config), config));
    }

    private Object withOneVersion(Context context) {
        String subject = paths.subject(context);
        Optional<Integer> number = RequestPaths.version(context);
        SubjectConfig config = configs.effective(subject);
        Optional<SubjectVersion> version = number.isPresent()
                ? subjects.version(subject, number.get(), DeletedFilter.EXCLUDED)
                : subjects.latest(subject, DeletedFilter.EXCLUDED);
        if (version.isEmpty() && number.isPresent()) {
            throw ApiException.versionNotFound(number.get());
        }
        // The first version of a subject is always compatible.
        List<VersionedSchema> earlier = version.stream().map(this::versioned).toList();
        return verdict(
                context, () -> CompatibilityCheck.incompatibilities(config, parsed(context, subject, config), earlier));
    }

    private ParsedSchema parsed(Context context, String subject, SubjectConfig config) {
        return RegistryJson.body(context, SchemaRequest.class)
                .parse(parser, Registrar.options(subject, Text.AS_WRITTEN, config, DeletedFilter.EXCLUDED));
    }

    private VersionedSchema versioned(SubjectVersion version) {
        return schemas.schema(version.id())
                .map(schema -> new VersionedSchema(version.version(), schema.resolved(), schema.contract()))
                .orElseThrow(() -> ApiException.versionNotFound(version.version()));
    }

    /** With {@code verbose}, an invalid schema is incompatible; otherwise it is an error. */
    private static Verdict verdict(Context context, Supplier<List<String>> check) {
        boolean verbose = RegistryJson.flag(context, "verbose");
        List<String> incompatibilities;
        try {
            incompatibilities = check.get();
        } catch (ApiException e) {
            if (!verbose || !e.isInvalidSchema()) {
                throw e;
            }
            incompatibilities = List.of("Invalid schema: " + e.getMessage());
        }
        return new Verdict(incompatibilities.isEmpty(), verbose ? incompatibilities : null);
    }
}
