package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.SubjectStore.Which;
import io.lightflow.registry.server.access.Role;
import java.util.List;
import java.util.Optional;

/** {@code /schemas}: by id, whatever subjects hold them. */
final class SchemasApi {
    private static final String RESOLVED = "resolved";

    private final SchemaStore schemas;
    private final SubjectStore subjects;
    private final SchemaParser parser;
    private final Audit audit;

    SchemasApi(SchemaStore schemas, SubjectStore subjects, SchemaParser parser, Audit audit) {
        this.schemas = schemas;
        this.subjects = subjects;
        this.parser = parser;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/schemas", Answers.json(this::all), Role.READ);
        routes.get("/schemas/types", Answers.json(context -> List.of("AVRO")), Role.READ);
        routes.get("/schemas/ids/{id}", Answers.json(this::schema), Role.READ);
        routes.put("/schemas/ids/{id}", Answers.json(this::keep), Role.WRITE);
        routes.get("/schemas/ids/{id}/schema", Answers.raw(context -> text(context, find(context))), Role.READ);
        routes.get("/schemas/ids/{id}/subjects", Answers.json(this::subjects), Role.READ);
        routes.get("/schemas/ids/{id}/versions", Answers.json(this::versions), Role.READ);
    }

    @JsonInclude(Include.NON_EMPTY)
    private record SchemaById(String schema, List<Reference> references, Integer maxId) {}

    private record SubjectAndVersion(String subject, int version) {}

    private record KeptId(int id) {}

    private Object all(Context context) {
        return subjects.all(
                Subjects.prefix(context),
                Answers.deleted(context),
                Answers.flag(context, "latestOnly") ? Which.LATEST : Which.EVERY,
                Answers.page(context));
    }

    private Object schema(Context context) {
        StoredSchema schema = find(context);
        // Ids are not counted here: the greatest that there can be is the only bound.
        Integer maxId = Answers.flag(context, "fetchMaxId") ? Integer.MAX_VALUE : null;
        return new SchemaById(text(context, schema), isResolved(context) ? List.of() : schema.references(), maxId);
    }

    private StoredSchema find(Context context) {
        int id = Answers.id(context);
        return schemas.schema(id).orElseThrow(() -> ApiException.schemaNotFound(Integer.toString(id)));
    }

    private static String text(Context context, StoredSchema schema) {
        return isResolved(context) ? schema.resolved() : schema.schema();
    }

    private static boolean isResolved(Context context) {
        return RESOLVED.equals(context.queryParam("format"));
    }

    private Object keep(Context context) {
        int id = Answers.id(context);
        SchemaRequest request = Answers.body(context, SchemaRequest.class);
        if (!request.references().isEmpty()) {
            throw ApiException.invalidSchema(
                    "A schema that is kept without a subject has no references: write the types out");
        }
        ParsedSchema schema = request.parse(context, parser);
        if (schema.id() != id) {
            throw ApiException.idDoesNotMatch(id, schema.id());
        }
        if (schemas.keep(schema) == Registration.Outcome.CREATED) {
            schemas.forget(id);
            audit.changed(context, "keep", "schema " + id);
        }
        return new KeptId(id);
    }

    private Object subjects(Context context) {
        return versionsOf(context).stream()
                .map(SubjectVersion::subject)
                .distinct()
                .toList();
    }

    private Object versions(Context context) {
        return versionsOf(context).stream()
                .map(version -> new SubjectAndVersion(version.subject(), version.version()))
                .toList();
    }

    private List<SubjectVersion> versionsOf(Context context) {
        StoredSchema schema = find(context);
        Optional<String> subject = Optional.ofNullable(context.queryParam("subject"));
        return schemas.versions(schema.id(), Answers.deleted(context)).stream()
                .filter(version -> subject.isEmpty() || subject.get().equals(version.subject()))
                .toList();
    }
}
