package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.lightflow.registry.server.Registrar.Compatibility;
import io.lightflow.registry.server.SchemaParser.Options;
import io.lightflow.registry.server.SchemaParser.Text;
import io.lightflow.registry.server.SchemaParser.Validation;
import io.lightflow.registry.server.VersionDeleter.Step;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Optional;

/** {@code /subjects/SUBJECT/versions} and below. */
final class VersionsApi {
    private final RequestPaths paths;
    private final SubjectStore subjects;
    private final SchemaStore schemas;
    private final SchemaFormat format;
    private final ModeStore modes;
    private final SchemaParser parser;
    private final Registrar registrar;
    private final VersionDeleter deletion;
    private final AuditLog audit;

    VersionsApi(
            RequestPaths paths,
            SubjectStore subjects,
            SchemaStore schemas,
            SchemaFormat format,
            ModeStore modes,
            SchemaParser parser,
            Registrar registrar,
            VersionDeleter deletion,
            AuditLog audit) {
        this.paths = paths;
        this.subjects = subjects;
        this.schemas = schemas;
        this.format = format;
        this.modes = modes;
        this.parser = parser;
        this.registrar = registrar;
        this.deletion = deletion;
        this.audit = audit;
    }

    void addTo(ContextRoutes routes) {
        String versions = "/subjects/{subject}/versions";
        String version = versions + "/{version}";
        routes.get(versions, RegistryJson.json(this::versions), RegistryRole.READ);
        routes.post(versions, RegistryJson.json(this::register), RegistryRole.WRITE);
        routes.get(version, RegistryJson.json(this::formattedVersion), RegistryRole.READ);
        routes.put(version, RegistryJson.json(this::place), RegistryRole.WRITE);
        routes.delete(version, RegistryJson.json(this::delete), RegistryRole.WRITE);
        routes.get(
                version + "/schema",
                RegistryJson.raw(context -> formattedVersion(context).schema()),
                RegistryRole.READ);
        routes.get(version + "/referencedby", RegistryJson.json(this::referencedBy), RegistryRole.READ);
    }

    private Object versions(Context context) {
        String subject = paths.subject(context);
        if (RegistryJson.flag(context, "deletedAsNegative")) {
            requireSubject(subject, DeletedFilter.INCLUDED);
            return subjects.versionsDeletedAsNegative(subject, RegistryJson.page(context));
        }
        DeletedFilter deleted = RegistryJson.deleted(context);
        List<Integer> versions = subjects.versions(subject, deleted, RegistryJson.page(context));
        if (versions.isEmpty()) {
            requireSubject(subject, deleted == DeletedFilter.ONLY ? DeletedFilter.INCLUDED : deleted);
        }
        return versions;
    }

    private Object register(Context context) {
        String subject = paths.subject(context);
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        Registration registration = request.givenId().isPresent()
                ? importVersion(subject, request, request.givenVersion())
                : registrar.register(
                        subject,
                        request,
                        RegistryJson.flag(context, "normalize") ? Text.NORMALIZED : Text.AS_WRITTEN,
                        RegistryJson.flag(context, "force") ? Compatibility.IGNORED : Compatibility.REQUIRED);
        String action = request.givenId().isPresent() ? "import" : "register";
        return format.of(context, audited(context, action, registration)).withoutSubject();
    }

    private Registration importVersion(String subject, SchemaRequest request, Optional<Integer> version) {
        requireImportMode(subject);
        ParsedSchema schema = request.parse(parser, imported(subject, DeletedFilter.EXCLUDED));
        requireDerived(request.givenId().orElseThrow(), schema);
        return registrar.importVersion(subject, schema, version, DeletedFilter.EXCLUDED);
    }

    /** Versions of another registry are taken as they are. */
    private static Options imported(String subject, DeletedFilter references) {
        return new Options(subject, Text.AS_WRITTEN, Validation.LENIENT, references);
    }

    /** An extension of Confluent's API: {@code sync} copies versions with it, without a mode that blocks producers. */
    private Object place(Context context) {
        String subject = paths.subject(context);
        int version = RequestPaths.version(context).orElseThrow(() -> ApiException.invalidVersion("latest"));
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        DeletedFilter deleted = Boolean.TRUE.equals(request.deleted()) ? DeletedFilter.ONLY : DeletedFilter.EXCLUDED;
        ParsedSchema schema = request.parse(
                parser,
                imported(subject, deleted == DeletedFilter.ONLY ? DeletedFilter.INCLUDED : DeletedFilter.EXCLUDED));
        request.givenId().ifPresent(id -> requireDerived(id, schema));
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

    private void requireDerived(int id, ParsedSchema schema) {
        if (id != schema.id()) {
            if (schemas.schema(id).isPresent()) {
                throw ApiException.idOfAnother(id, schema.id());
            }
            throw ApiException.idDoesNotMatch(id, schema.id());
        }
    }

    private void requireImportMode(String subject) {
        if (!modes.effective(subject).isImport()) {
            throw ApiException.notPermitted("Subject " + subject + " is not in import mode, which registering"
                    + " a schema with an id requires. Omit the id, or set the subject's mode to IMPORT");
        }
    }

    private SubjectVersion formattedVersion(Context context) {
        SubjectVersion version =
                find(paths.subject(context), RequestPaths.version(context), RegistryJson.deleted(context));
        return format.of(context, version);
    }

    private SubjectVersion find(String subject, Optional<Integer> version, DeletedFilter deleted) {
        if (version.isEmpty()) {
            return subjects.latest(subject, deleted).orElseThrow(() -> ApiException.subjectNotFound(subject));
        }
        return subjects.version(subject, version.get(), deleted)
                .or(() -> subjects.versionOfAnyContext(subject, version.get(), deleted))
                .orElseThrow(() -> {
                    requireSubject(subject, deleted);
                    return ApiException.versionNotFound(version.get());
                });
    }

    private void requireSubject(String subject, DeletedFilter deleted) {
        if (!subjects.exists(subject, deleted)) {
            throw ApiException.subjectNotFound(subject);
        }
    }

    private Object delete(Context context) {
        Step step = SubjectsApi.step(context);
        SubjectVersion deleted = deletion.deleteVersion(paths.subject(context), RequestPaths.version(context), step);
        audit.changed(
                context,
                SubjectsApi.action(step),
                "version " + deleted.version() + " of subject " + deleted.subject() + ", schema " + deleted.id());
        return deleted.version();
    }

    private Object referencedBy(Context context) {
        SubjectVersion version = find(paths.subject(context), RequestPaths.version(context), DeletedFilter.INCLUDED);
        return subjects.referencedBy(
                version.subject(), version.version(), RegistryJson.deleted(context), RegistryJson.page(context));
    }
}
