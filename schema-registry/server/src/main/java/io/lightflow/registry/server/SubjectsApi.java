package io.lightflow.registry.server;

import io.javalin.http.Context;
import io.lightflow.registry.server.SchemaParser.Text;
import io.lightflow.registry.server.VersionDeleter.Step;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /subjects} and {@code /subjects/SUBJECT}. */
final class SubjectsApi {
    private final RequestPaths paths;
    private final SubjectStore subjects;
    private final SchemaFormat format;
    private final ConfigStore configs;
    private final SchemaParser parser;
    private final VersionDeleter deletion;
    private final AuditLog audit;

    SubjectsApi(
            RequestPaths paths,
            SubjectStore subjects,
            SchemaFormat format,
            ConfigStore configs,
            SchemaParser parser,
            VersionDeleter deletion,
            AuditLog audit) {
        this.paths = paths;
        this.subjects = subjects;
        this.format = format;
        this.configs = configs;
        this.parser = parser;
        this.deletion = deletion;
        this.audit = audit;
    }

    void addTo(ContextRoutes routes) {
        routes.get("/subjects", RegistryJson.json(this::subjects), RegistryRole.READ);
        routes.post("/subjects/{subject}", RegistryJson.json(this::lookUp), RegistryRole.READ);
        routes.get("/subjects/{subject}/metadata", RegistryJson.json(this::latestWithMetadata), RegistryRole.READ);
        routes.delete("/subjects/{subject}", RegistryJson.json(this::delete), RegistryRole.WRITE);
    }

    private Object subjects(Context context) {
        return subjects.subjects(
                RequestPaths.prefix(context, Contexts.ALL_PREFIX),
                RegistryJson.deleted(context),
                RegistryJson.page(context));
    }

    private Object lookUp(Context context) {
        String subject = paths.subject(context);
        SchemaRequest request = RegistryJson.body(context, SchemaRequest.class);
        DeletedFilter deleted = RegistryJson.deleted(context);
        SubjectConfig config = configs.effective(subject);
        SchemaParser.Options options = Registrar.options(subject, Text.AS_WRITTEN, config, DeletedFilter.INCLUDED)
                .forLookUp();
        Optional<ParsedSchema> schema =
                request.hasSchema() ? Optional.of(request.parse(parser, options)) : Optional.empty();
        return schema.flatMap(parsed -> subjects.find(subject, parsed, deleted))
                .or(() -> lookUpCompleted(subject, request, config, options, deleted))
                .or(() -> schema.flatMap(parsed -> subjects.findInAnyContext(subject, parsed, deleted)))
                .map(version -> format.of(context, version))
                .orElseThrow(() -> subjects.exists(subject, deleted)
                        ? ApiException.schemaNotFound()
                        : ApiException.subjectNotFound(subject));
    }

    /** A registration would take what the request omits from the latest version and from the settings. */
    private Optional<SubjectVersion> lookUpCompleted(
            String subject,
            SchemaRequest request,
            SubjectConfig config,
            SchemaParser.Options options,
            DeletedFilter deleted) {
        Optional<SubjectVersion> latest = subjects.latest(subject, DeletedFilter.EXCLUDED);
        if (latest.isEmpty()) {
            return Optional.empty();
        }
        SchemaRequest completed = request.completed(latest, config);
        return completed.equals(request)
                ? Optional.empty()
                : subjects.find(subject, completed.parse(parser, options), deleted);
    }

    private Object latestWithMetadata(Context context) {
        String subject = paths.subject(context);
        DeletedFilter deleted = RegistryJson.deleted(context);
        List<String> keys = context.queryParams("key");
        List<String> values = context.queryParams("value");
        Map<String, String> properties = new HashMap<>();
        for (int i = 0; i < Math.min(keys.size(), values.size()); i++) {
            properties.put(keys.get(i), values.get(i));
        }
        return subjects.latestWith(subject, properties, deleted)
                .map(version -> format.of(context, version))
                .orElseThrow(() -> subjects.exists(subject, deleted)
                        ? ApiException.schemaNotFound("with metadata " + properties + " in subject '" + subject + "'")
                        : ApiException.subjectNotFound(subject));
    }

    private Object delete(Context context) {
        String subject = paths.subject(context);
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
