package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.Deletion.Step;
import io.lightflow.registry.server.access.Role;
import java.util.List;
import java.util.Optional;

/** {@code /subjects/SUBJECT/versions} and below. */
final class VersionsApi {
    private final SubjectStore subjects;
    private final SchemaStore schemas;
    private final SubjectSettings settings;
    private final SchemaParser parser;
    private final Registrar registrar;
    private final Deletion deletion;
    private final Audit audit;

    VersionsApi(
            SubjectStore subjects,
            SchemaStore schemas,
            SubjectSettings settings,
            SchemaParser parser,
            Registrar registrar,
            Deletion deletion,
            Audit audit) {
        this.subjects = subjects;
        this.schemas = schemas;
        this.settings = settings;
        this.parser = parser;
        this.registrar = registrar;
        this.deletion = deletion;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        String versions = "/subjects/{subject}/versions";
        String version = versions + "/{version}";
        routes.get(versions, Answers.json(this::versions), Role.READ);
        routes.post(versions, Answers.json(this::register), Role.WRITE);
        routes.get(version, Answers.json(this::version), Role.READ);
        routes.put(version, Answers.json(this::place), Role.WRITE);
        routes.delete(version, Answers.json(this::delete), Role.WRITE);
        routes.get(version + "/schema", Answers.raw(context -> version(context).schema()), Role.READ);
        routes.get(version + "/referencedby", Answers.json(this::referencedBy), Role.READ);
    }

    private record RegisteredId(int id) {}

    private Object versions(Context context) {
        String subject = Subjects.inPath(context);
        Deleted deleted = Answers.deleted(context);
        List<Integer> versions = subjects.versions(subject, deleted, Answers.page(context));
        if (versions.isEmpty()) {
            requireSubject(subject, deleted);
        }
        return versions;
    }

    private Object register(Context context) {
        String subject = Subjects.inPath(context);
        SchemaRequest request = Answers.body(context, SchemaRequest.class);
        ParsedSchema schema = request.parse(context, parser);
        if (request.givenId().isEmpty()) {
            return new RegisteredId(done(context, "register", registrar.register(subject, schema))
                    .id());
        }
        requireDerived(request.givenId().get(), schema);
        requireImportMode(subject);
        Registration registration = registrar.place(subject, schema, request.givenVersion(), Deleted.LEFT_OUT);
        return new RegisteredId(done(context, "import", registration).id());
    }

    /**
     * Not of Confluent's API: for what {@code sync} brings from another registry, without a mode that stops producers.
     */
    private Object place(Context context) {
        String subject = Subjects.inPath(context);
        int version = Subjects.versionInPath(context).orElseThrow(() -> ApiException.invalidVersion("latest"));
        SchemaRequest request = Answers.body(context, SchemaRequest.class);
        ParsedSchema schema = request.parse(context, parser);
        request.givenId().ifPresent(id -> requireDerived(id, schema));
        Deleted deleted = Boolean.TRUE.equals(request.deleted()) ? Deleted.ONLY : Deleted.LEFT_OUT;
        return done(context, "place", registrar.place(subject, schema, Optional.of(version), deleted));
    }

    private SubjectVersion done(Context context, String action, Registration registration) {
        SubjectVersion version = registration.version();
        if (registration.outcome() == Registration.Outcome.CREATED) {
            schemas.forget(version.id());
            audit.changed(
                    context,
                    action,
                    "schema " + version.id() + " as version " + version.version() + " of subject " + version.subject());
        }
        return version;
    }

    private static void requireDerived(int id, ParsedSchema schema) {
        if (id != schema.id()) {
            throw ApiException.idDoesNotMatch(id, schema.id());
        }
    }

    private void requireImportMode(String subject) {
        if (settings.mode(subject).orElseGet(settings::globalMode) != Mode.IMPORT) {
            throw ApiException.notPermitted("Subject " + subject + " is not in import mode, in which alone a schema"
                    + " is registered with an id. Leave the id out, or put the subject into mode IMPORT");
        }
    }

    private SubjectVersion version(Context context) {
        return find(Subjects.inPath(context), Subjects.versionInPath(context), Answers.deleted(context));
    }

    private SubjectVersion find(String subject, Optional<Integer> version, Deleted deleted) {
        if (version.isEmpty()) {
            return subjects.latest(subject, deleted).orElseThrow(() -> ApiException.subjectNotFound(subject));
        }
        return subjects.version(subject, version.get(), deleted).orElseThrow(() -> {
            requireSubject(subject, deleted);
            return ApiException.versionNotFound(subject, version.get());
        });
    }

    private void requireSubject(String subject, Deleted deleted) {
        if (subjects.latest(subject, deleted).isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
    }

    private Object delete(Context context) {
        Step step = SubjectsApi.step(context);
        SubjectVersion deleted =
                deletion.deleteVersion(Subjects.inPath(context), Subjects.versionInPath(context), step);
        audit.changed(
                context,
                SubjectsApi.action(step),
                "version " + deleted.version() + " of subject " + deleted.subject() + ", schema " + deleted.id());
        return deleted.version();
    }

    private Object referencedBy(Context context) {
        SubjectVersion version = find(Subjects.inPath(context), Subjects.versionInPath(context), Deleted.INCLUDED);
        return subjects.referencedBy(version.subject(), version.version(), Answers.deleted(context));
    }
}
