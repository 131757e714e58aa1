package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.SubjectStore.VersionSelection;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Optional;

/** {@code /schemas}: schemas by id, independent of subjects. */
final class SchemasApi {
    private static final String RESOLVED = "resolved";

    private final SchemaStore schemas;
    private final SubjectStore subjects;
    private final SchemaParser parser;
    private final AuditLog audit;

    SchemasApi(SchemaStore schemas, SubjectStore subjects, SchemaParser parser, AuditLog audit) {
        this.schemas = schemas;
        this.subjects = subjects;
        this.parser = parser;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/schemas", RegistryJson.json(this::all), RegistryRole.READ);
        routes.get("/schemas/types", RegistryJson.json(context -> List.of("AVRO")), RegistryRole.READ);
        routes.get("/schemas/ids/{id}", RegistryJson.json(this::schema), RegistryRole.READ);
        routes.put("/schemas/ids/{id}", RegistryJson.json(this::keep), RegistryRole.WRITE);
        routes.get(
                "/schemas/ids/{id}/schema",
                RegistryJson.raw(context -> text(context, find(context))),
                RegistryRole.READ);
        routes.get("/schemas/ids/{id}/subjects", RegistryJson.json(this::subjects), RegistryRole.READ);
        routes.get("/schemas/ids/{id}/versions", RegistryJson.json(this::versions), RegistryRole.READ);
    }

    @JsonInclude(Include.NON_EMPTY)
    private record SchemaById(String schema, List<Reference> references, Integer maxId) {}

    private record SubjectAndVersion(String subject, int version) {}

    private record KeptId(int id) {}

    private Object all(Context context) {
        return subjects.all(
                PathParameters.prefix(context),
                RegistryJson.deleted(context),
                RegistryJson.flag(context, "latestOnly") ? VersionSelection.LATEST : VersionSelection.EVERY,
                RegistryJson.page(context));
    }

    private Object schema(Context context) {
        StoredSchema schema = find(context);
        // Ids are hashes, so the maximum is that of their type.
        Integer maxId = RegistryJson.flag(context, "fetchMaxId") ? Integer.MAX_VALUE : null;
        return new SchemaById(text(context, schema), isResolved(context) ? List.of() : schema.references(), maxId);
    }

    private StoredSchema find(Context context) {
        int id = RegistryJson.id(context);
        return schemas.schema(id).orElseThrow(() -> ApiException.schemaNotFound(Integer.toString(id)));
    }

    private static String text(Context context, StoredSchema schema) {
        return isResolved(context) ? schema.resolved() : schema.schema();
    }

    private static boolean isResolved(Context context) {
        return RESOLVED.equals(context.queryParam("format"));
    }

    private Object keep(Context context) {
        int id = RegistryJson.id(context);
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        if (!request.references().isEmpty()) {
            throw ApiException.invalidSchema(
                    "A schema that is stored without a subject must not have references: inline the types");
        }
        ParsedSchema schema = request.parse(context, parser);
        if (schema.id() != id) {
            throw ApiException.idDoesNotMatch(id, schema.id());
        }
        if (schemas.store(schema) == Registration.Outcome.CREATED) {
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
        return schemas.versions(schema.id(), RegistryJson.deleted(context)).stream()
                .filter(version -> subject.isEmpty() || subject.get().equals(version.subject()))
                .toList();
    }
}
