package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Optional;

/** {@code /compatibility}: whether a schema would be accepted, and the reasons if not. */
final class CompatibilityApi {
    private final SubjectStore subjects;
    private final SchemaStore schemas;
    private final SubjectSettings settings;
    private final SchemaParser parser;
    private final Registrar registrar;

    CompatibilityApi(
            SubjectStore subjects,
            SchemaStore schemas,
            SubjectSettings settings,
            SchemaParser parser,
            Registrar registrar) {
        this.subjects = subjects;
        this.schemas = schemas;
        this.settings = settings;
        this.parser = parser;
        this.registrar = registrar;
    }

    void addTo(RoutesConfig routes) {
        String versions = "/compatibility/subjects/{subject}/versions";
        routes.post(versions, RegistryJson.json(this::withRelevantVersions), RegistryRole.READ);
        routes.post(versions + "/{version}", RegistryJson.json(this::withOneVersion), RegistryRole.READ);
    }

    @JsonInclude(Include.NON_NULL)
    private record Verdict(boolean is_compatible, List<String> messages) {}

    private Object withRelevantVersions(Context context) {
        String subject = PathParameters.inPath(context);
        return verdict(context, registrar.incompatibilities(subject, SchemaRequest.parsed(context, parser)));
    }

    private Object withOneVersion(Context context) {
        String subject = PathParameters.inPath(context);
        Optional<Integer> number = PathParameters.versionInPath(context);
        ParsedSchema schema = SchemaRequest.parsed(context, parser);
        Optional<SubjectVersion> found = number.isPresent()
                ? subjects.version(subject, number.get(), DeletedFilter.EXCLUDED)
                : subjects.latest(subject, DeletedFilter.EXCLUDED);
        if (found.isEmpty() && number.isEmpty()) {
            // The first version of a subject is always compatible.
            return verdict(context, List.of());
        }
        SubjectVersion version = found.orElseThrow(
                () -> subjects.latest(subject, DeletedFilter.EXCLUDED).isEmpty()
                        ? ApiException.subjectNotFound(subject)
                        : ApiException.versionNotFound(subject, number.orElseThrow()));
        return verdict(
                context,
                CompatibilityCheck.incompatibilities(
                        settings.effectiveLevel(subject), schema.schema(), List.of(versioned(version))));
    }

    private VersionedSchema versioned(SubjectVersion version) {
        String text = schemas.schema(version.id())
                .map(StoredSchema::resolved)
                .orElseThrow(() -> ApiException.versionNotFound(version.subject(), version.version()));
        return new VersionedSchema(version.version(), ParsedSchema.parseStored(text));
    }

    private static Verdict verdict(Context context, List<String> incompatibilities) {
        return new Verdict(
                incompatibilities.isEmpty(), RegistryJson.flag(context, "verbose") ? incompatibilities : null);
    }
}
