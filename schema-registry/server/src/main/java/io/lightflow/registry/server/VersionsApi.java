package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.VersionDeleter.Step;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Optional;

/** {@code /subjects/SUBJECT/versions} and below. */
final class VersionsApi {
    private final SubjectStore subjects;
    private final SchemaStore schemas;
    private final SubjectSettings settings;
    private final SchemaParser parser;
    private final Registrar registrar;
    private final VersionDeleter deletion;
    private final AuditLog audit;

    VersionsApi(
            SubjectStore subjects,
            SchemaStore schemas,
            SubjectSettings settings,
            SchemaParser parser,
            Registrar registrar,
            VersionDeleter deletion,
            AuditLog audit) {
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
        routes.get(versions, RegistryJson.json(this::versions), RegistryRole.READ);
        routes.post(versions, RegistryJson.json(this::register), RegistryRole.WRITE);
        routes.get(version, RegistryJson.json(this::version), RegistryRole.READ);
        routes.put(version, RegistryJson.json(this::place), RegistryRole.WRITE);
        routes.delete(version, RegistryJson.json(this::delete), RegistryRole.WRITE);
        routes.get(
                version + "/schema",
                RegistryJson.raw(context -> version(context).schema()),
                RegistryRole.READ);
        routes.get(version + "/referencedby", RegistryJson.json(this::referencedBy), RegistryRole.READ);
    }

    private record RegisteredId(int id) {}

    private Object versions(Context context) {
        String subject = PathParameters.inPath(context);
        DeletedFilter deleted = RegistryJson.deleted(context);
        List<Integer> versions = subjects.versions(subject, deleted, RegistryJson.page(context));
        if (versions.isEmpty()) {
            requireSubject(subject, deleted);
        }
        return versions;
    }

    private Object register(Context context) {
        String subject = PathParameters.inPath(context);
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        ParsedSchema schema = request.parse(context, parser);
        if (request.givenId().isEmpty()) {
            return new RegisteredId(audited(context, "register", registrar.register(subject, schema))
                    .id());
        }
        requireDerived(request.givenId().get(), schema);
        requireImportMode(subject);
        Registration registration =
                registrar.importVersion(subject, schema, request.givenVersion(), DeletedFilter.EXCLUDED);
        return new RegisteredId(audited(context, "import", registration).id());
    }

    /** An extension of Confluent's API: {@code sync} copies versions with it, without a mode that blocks producers. */
    private Object place(Context context) {
        String subject = PathParameters.inPath(context);
        int version = PathParameters.versionInPath(context).orElseThrow(() -> ApiException.invalidVersion("latest"));
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        ParsedSchema schema = request.parse(context, parser);
        request.givenId().ifPresent(id -> requireDerived(id, schema));
        DeletedFilter deleted = Boolean.TRUE.equals(request.deleted()) ? DeletedFilter.ONLY : DeletedFilter.EXCLUDED;
        return audited(context, "place", registrar.importVersion(subject, schema, Optional.of(version), deleted));
    }

    private SubjectVersion audited(Context context, String action, Registration registration) {
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
            throw ApiException.notPermitted("Subject " + subject + " is not in import mode, which registering"
                    + " a schema with an id requires. Omit the id, or set the subject's mode to IMPORT");
        }
    }

    private SubjectVersion version(Context context) {
        return find(
                PathParameters.inPath(context), PathParameters.versionInPath(context), RegistryJson.deleted(context));
    }

    private SubjectVersion find(String subject, Optional<Integer> version, DeletedFilter deleted) {
        if (version.isEmpty()) {
            return subjects.latest(subject, deleted).orElseThrow(() -> ApiException.subjectNotFound(subject));
        }
        return subjects.version(subject, version.get(), deleted).orElseThrow(() -> {
            requireSubject(subject, deleted);
            return ApiException.versionNotFound(subject, version.get());
        });
    }

    private void requireSubject(String subject, DeletedFilter deleted) {
        if (subjects.latest(subject, deleted).isEmpty()) {
            throw ApiException.subjectNotFound(subject);
        }
    }

    private Object delete(Context context) {
        Step step = SubjectsApi.step(context);
        SubjectVersion deleted =
                deletion.deleteVersion(PathParameters.inPath(context), PathParameters.versionInPath(context), step);
        audit.changed(
                context,
                SubjectsApi.action(step),
                "version " + deleted.version() + " of subject " + deleted.subject() + ", schema " + deleted.id());
        return deleted.version();
    }

    private Object referencedBy(Context context) {
        SubjectVersion version =
                find(PathParameters.inPath(context), PathParameters.versionInPath(context), DeletedFilter.INCLUDED);
        return subjects.referencedBy(version.subject(), version.version(), RegistryJson.deleted(context));
    }
}
