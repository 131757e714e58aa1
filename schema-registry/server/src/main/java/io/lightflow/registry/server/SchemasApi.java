package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.javalin.http.Context;
import io.lightflow.registry.server.SchemaParser.Options;
import io.lightflow.registry.server.SchemaParser.Text;
import io.lightflow.registry.server.SchemaParser.Validation;
import io.lightflow.registry.server.VersionQuery.Selection;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code /schemas}: schemas by id, independent of subjects. */
final class SchemasApi {
    private final RequestPaths paths;
    private final SchemaStore schemas;
    private final SubjectStore subjects;
    private final ConfigStore configs;
    private final SchemaParser parser;
    private final AuditLog audit;

    SchemasApi(
            RequestPaths paths,
            SchemaStore schemas,
            SubjectStore subjects,
            ConfigStore configs,
            SchemaParser parser,
            AuditLog audit) {
        this.paths = paths;
        this.schemas = schemas;
        this.subjects = subjects;
        this.configs = configs;
        this.parser = parser;
        this.audit = audit;
    }

    void addTo(ContextRoutes routes) {
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
        routes.get("/schemas/guids/{guid}", RegistryJson.json(this::schemaOfGuid), RegistryRole.READ);
        routes.get("/schemas/guids/{guid}/ids", RegistryJson.json(this::idsOfGuid), RegistryRole.READ);
    }

    @JsonInclude(Include.NON_EMPTY)
    private record SchemaById(
            String subject,
            Integer version,
            String guid,
            String schema,
            List<Reference> references,
            Metadata metadata,
            RuleSet ruleSet,
            Integer maxId,
            Long ts,
            Boolean deleted,
            List<String> subjects) {}

    @JsonInclude(Include.NON_EMPTY)
    private record ListedVersion(@JsonUnwrapped SubjectVersion version, List<String> aliases) {}

    private record SubjectAndVersion(String subject, int version) {}

    private record ContextId(String context, int id) {}

    private record KeptId(int id) {}

    private Object all(Context context) {
        SubjectPrefix prefix = RequestPaths.prefix(context, "");
        boolean withAliases = RegistryJson.flag(context, "aliases");
        Map<String, String> aliases = withAliases ? configs.allAliases() : Map.of();
        VersionQuery query = new VersionQuery(
                prefix,
                aliases.entrySet().stream()
                        .filter(alias -> prefix.matches(alias.getKey()))
                        .map(Map.Entry::getValue)
                        .toList(),
                RegistryJson.deleted(context),
                RegistryJson.flag(context, "latestOnly") ? Selection.LATEST : Selection.EVERY,
                Optional.ofNullable(context.queryParam("ruleType")).filter(type -> !type.isBlank()));
        List<SubjectVersion> found = subjects.all(query, RegistryJson.page(context));
        if (!withAliases) {
            return found;
        }
        Map<String, List<String>> bySubject = aliases.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        return found.stream()
                .map(version -> new ListedVersion(version, bySubject.getOrDefault(version.subject(), List.of())))
                .toList();
    }

    private Object schema(Context context) {
        StoredSchema schema = find(context);
        return byId(context, schema, paths.queriedSubject(context).flatMap(subject -> version(schema, subject)));
    }

    /** The schema's version in a subject, or else in the subject's context. */
    private Optional<SubjectVersion> version(StoredSchema schema, String subject) {
        List<SubjectVersion> all = schemas.allVersions(schema.id());
        String context = Contexts.prefixOf(subject);
        return all.stream()
                .filter(version -> version.subject().equals(subject))
                .findFirst()
                .or(() -> all.stream()
                        .filter(version -> Contexts.prefixOf(version.subject()).equals(context))
                        .findFirst());
    }

    private SchemaById byId(Context context, StoredSchema schema, Optional<SubjectVersion> version) {
        // Ids are hashes, so the maximum is that of their type.
        Integer maxId = RegistryJson.flag(context, "fetchMaxId") ? Integer.MAX_VALUE : null;
        return new SchemaById(
                version.map(SubjectVersion::subject).orElse(null),
                version.map(SubjectVersion::version).orElse(null),
                schema.guid(),
                text(context, schema),
                SchemaFormat.isResolved(context) ? List.of() : references(context, schema, version),
                schema.contract().metadata(),
                schema.contract().ruleSet(),
                maxId,
                schema.ts(),
                schema.deleted(),
                RegistryJson.flag(context, "includeSubjects") ? subjectsOf(schema, DeletedFilter.EXCLUDED) : List.of());
    }

    private static List<Reference> references(Context context, StoredSchema schema, Optional<SubjectVersion> version) {
        if (version.isEmpty()) {
            return schema.references();
        }
        return SchemaFormat.isQualified(context)
                ? version.get().qualifiedReferences()
                : version.get().references();
    }

    private StoredSchema find(Context context) {
        int id = RegistryJson.id(context);
        return schemas.schema(id).orElseThrow(() -> ApiException.schemaNotFound(Integer.toString(id)));
    }

    private static String text(Context context, StoredSchema schema) {
        return SchemaFormat.isResolved(context) ? schema.resolved() : schema.schema();
    }

    private Object schemaOfGuid(Context context) {
        return byId(context, findByGuid(context), Optional.empty());
    }

    private Object idsOfGuid(Context context) {
        StoredSchema schema = findByGuid(context);
        return schemas.versions(schema.id(), DeletedFilter.INCLUDED).stream()
                .map(version -> Contexts.prefixOf(version.subject()))
                .distinct()
                .map(prefix -> new ContextId(prefix.isEmpty() ? Contexts.DEFAULT : prefix, schema.id()))
                .toList();
    }

    private StoredSchema findByGuid(Context context) {
        String guid = context.pathParam("guid");
        return schemas.schema(guid).orElseThrow(() -> ApiException.schemaNotFound(guid));
    }

    private Object keep(Context context) {
        int id = RegistryJson.id(context);
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        if (!request.references().isEmpty()) {
            throw ApiException.invalidSchema(
                    "A schema that is stored without a subject must not have references: inline the types");
        }
        ParsedSchema schema =
                request.parse(parser, new Options("", Text.AS_WRITTEN, Validation.LENIENT, DeletedFilter.EXCLUDED));
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
        return RegistryJson.page(context)
                .of(versionsOf(context).stream()
                        .map(SubjectVersion::subject)
                        .distinct()
                        .toList());
    }

    private List<String> subjectsOf(StoredSchema schema, DeletedFilter deleted) {
        return schemas.versions(schema.id(), deleted).stream()
                .map(SubjectVersion::subject)
                .distinct()
                .toList();
    }

    private Object versions(Context context) {
        return RegistryJson.page(context)
                .of(versionsOf(context).stream()
                        .map(version -> new SubjectAndVersion(version.subject(), version.version()))
                        .toList());
    }

    /** Whether a subject is the wanted one, or in the wanted context. */
    private static boolean isIn(String wanted, String subject) {
        return Contexts.nameOf(wanted).isEmpty() ? Contexts.prefixOf(subject).equals(wanted) : wanted.equals(subject);
    }

    private List<SubjectVersion> versionsOf(Context context) {
        StoredSchema schema = find(context);
        Optional<String> subject = paths.queriedSubject(context);
        return schemas.versions(schema.id(), RegistryJson.deleted(context)).stream()
                .filter(version -> subject.isEmpty() || isIn(subject.get(), version.subject()))
                .toList();
    }
}
