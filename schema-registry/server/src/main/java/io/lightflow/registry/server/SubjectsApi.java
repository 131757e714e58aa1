package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.VersionDeleter.Step;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;

/** {@code /subjects} and {@code /subjects/SUBJECT}. */
final class SubjectsApi {
    private final SubjectStore subjects;
    private final SchemaParser parser;
    private final VersionDeleter deletion;
    private final AuditLog audit;

    SubjectsApi(SubjectStore subjects, SchemaParser parser, VersionDeleter deletion, AuditLog audit) {
        this.subjects = subjects;
        this.parser = parser;
        this.deletion = deletion;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/subjects", RegistryJson.json(this::subjects), RegistryRole.READ);
        routes.post("/subjects/{subject}", RegistryJson.json(this::lookUp), RegistryRole.READ);
        routes.delete("/subjects/{subject}", RegistryJson.json(this::delete), RegistryRole.WRITE);
    }

    private Object subjects(Context context) {
        return subjects.subjects(
                PathParameters.prefix(context), RegistryJson.deleted(context), RegistryJson.page(context));
    }

    private Object lookUp(Context context) {
        String subject = PathParameters.inPath(context);
        DeletedFilter deleted = RegistryJson.deleted(context);
        ParsedSchema schema = SchemaRequest.parsed(context, parser);
        return subjects.find(subject, schema, deleted).orElseThrow(() -> {
            if (subjects.versions(subject, deleted, PageRequest.ALL).isEmpty()) {
                throw ApiException.subjectNotFound(subject);
            }
            return ApiException.schemaNotFound("with id " + schema.id() + " in subject '" + subject + "'");
        });
    }

    private Object delete(Context context) {
        String subject = PathParameters.inPath(context);
        Step step = step(context);
        List<Integer> versions = deletion.deleteSubject(subject, step).stream()
                .map(SubjectVersion::version)
                .toList();
        audit.changed(context, action(step), "subject " + subject + " with versions " + versions);
        return versions;
    }

    static Step step(Context context) {
        return RegistryJson.flag(context, "permanent") ? Step.PERMANENT : Step.SOFT;
    }

    static String action(Step step) {
        return step == Step.PERMANENT ? "delete-for-good" : "delete";
    }
}
