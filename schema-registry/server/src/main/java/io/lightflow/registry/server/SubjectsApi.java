package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.Deletion.Step;
import io.lightflow.registry.server.access.Role;
import java.util.List;

/** {@code /subjects} and {@code /subjects/SUBJECT}. */
final class SubjectsApi {
    private final SubjectStore subjects;
    private final SchemaParser parser;
    private final Deletion deletion;
    private final Audit audit;

    SubjectsApi(SubjectStore subjects, SchemaParser parser, Deletion deletion, Audit audit) {
        this.subjects = subjects;
        this.parser = parser;
        this.deletion = deletion;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/subjects", Answers.json(this::subjects), Role.READ);
        routes.post("/subjects/{subject}", Answers.json(this::lookUp), Role.READ);
        routes.delete("/subjects/{subject}", Answers.json(this::delete), Role.WRITE);
    }

    private Object subjects(Context context) {
        return subjects.subjects(Subjects.prefix(context), Answers.deleted(context), Answers.page(context));
    }

    private Object lookUp(Context context) {
        String subject = Subjects.inPath(context);
        Deleted deleted = Answers.deleted(context);
        ParsedSchema schema = SchemaRequest.parsed(context, parser);
        return subjects.find(subject, schema, deleted).orElseThrow(() -> {
            if (subjects.versions(subject, deleted, Page.ALL).isEmpty()) {
                throw ApiException.subjectNotFound(subject);
            }
            return ApiException.schemaNotFound("with id " + schema.id() + " in subject '" + subject + "'");
        });
    }

    private Object delete(Context context) {
        String subject = Subjects.inPath(context);
        Step step = step(context);
        List<Integer> versions = deletion.deleteSubject(subject, step).stream()
                .map(SubjectVersion::version)
                .toList();
        audit.changed(context, action(step), "subject " + subject + " with versions " + versions);
        return versions;
    }

    static Step step(Context context) {
        return Answers.flag(context, "permanent") ? Step.FOR_GOOD : Step.MARK;
    }

    static String action(Step step) {
        return step == Step.FOR_GOOD ? "delete-for-good" : "delete";
    }
}
