package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.CompatibilityCheck.VersionedSchema;
import io.lightflow.registry.server.access.Role;
import java.util.List;
import java.util.Optional;

/** {@code /compatibility}: would this schema be accepted, and if not, why. */
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
        routes.post(versions, Answers.json(this::withAllThatCount), Role.READ);
        routes.post(versions + "/{version}", Answers.json(this::withOne), Role.READ);
    }

    @JsonInclude(Include.NON_NULL)
    private record Verdict(boolean is_compatible, List<String> messages) {}

    private Object withAllThatCount(Context context) {
        String subject = Subjects.inPath(context);
        return verdict(context, registrar.obstacles(subject, SchemaRequest.parsed(context, parser)));
    }

    private Object withOne(Context context) {
        String subject = Subjects.inPath(context);
        Optional<Integer> number = Subjects.versionInPath(context);
        ParsedSchema schema = SchemaRequest.parsed(context, parser);
        Optional<SubjectVersion> found = number.isPresent()
                ? subjects.version(subject, number.get(), Deleted.LEFT_OUT)
                : subjects.latest(subject, Deleted.LEFT_OUT);
        if (found.isEmpty() && number.isEmpty()) {
            // The first version of a subject goes with all that are there.
            return verdict(context, List.of());
        }
        SubjectVersion version = found.orElseThrow(
                () -> subjects.latest(subject, Deleted.LEFT_OUT).isEmpty()
                        ? ApiException.subjectNotFound(subject)
                        : ApiException.versionNotFound(subject, number.orElseThrow()));
        return verdict(
                context,
                CompatibilityCheck.obstacles(
                        settings.levelInForce(subject), schema.schema(), List.of(versioned(version))));
    }

    private VersionedSchema versioned(SubjectVersion version) {
        String text = schemas.schema(version.id())
                .map(StoredSchema::resolved)
                .orElseThrow(() -> ApiException.versionNotFound(version.subject(), version.version()));
        return new VersionedSchema(version.version(), ParsedSchema.parseStored(text));
    }

    private static Verdict verdict(Context context, List<String> obstacles) {
        return new Verdict(obstacles.isEmpty(), Answers.flag(context, "verbose") ? obstacles : null);
    }
}
