package io.lightflow.registry.server;

import static io.lightflow.registry.server.ConfigStore.ALL_SUBJECTS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.Optional;

/** {@code /config}: the settings of all subjects, of contexts and of single subjects. */
final class ConfigApi {
    private final ConfigStore configs;
    private final AuditLog audit;

    ConfigApi(ConfigStore configs, AuditLog audit) {
        this.configs = configs;
        this.audit = audit;
    }

    void addTo(ContextRoutes routes) {
        for (String path : new String[] {"/config", "/config/{subject}"}) {
            routes.get(path, RegistryJson.json(this::config), RegistryRole.READ);
            routes.put(path, RegistryJson.json(this::update), RegistryRole.WRITE);
            routes.delete(path, RegistryJson.json(this::delete), RegistryRole.WRITE);
        }
    }

    private Object config(Context context) {
        String subject = RequestPaths.settings(context);
        if (RegistryJson.flag(context, "defaultToGlobal")) {
            return configs.effective(subject);
        }
        Optional<SubjectConfig> own = configs.config(subject);
        if (own.isEmpty() && !isGlobal(subject)) {
            throw ApiException.compatibilityNotConfigured(subject);
        }
        SubjectConfig config = own.orElse(SubjectConfig.NONE);
        // Clients expect a level wherever there are settings.
        return config.compatibilityLevel() == null
                ? config.withLevel(configs.effective(subject).compatibilityLevel())
                : config;
    }

    /** The response has the level under the name of the request. */
    private Object update(Context context) {
        String subject = RequestPaths.settings(context);
        ObjectNode change = RegistryJson.body(context, ObjectNode.class);
        SubjectConfig config = configs.update(subject, change);
        audit.changed(context, "set-config", CanonicalJson.write(config) + " of " + named(subject));
        return renamed(config);
    }

    private static ObjectNode renamed(SubjectConfig config) {
        ObjectNode answer = RegistryJson.tree(config);
        Optional.ofNullable(answer.remove("compatibilityLevel")).ifPresent(level -> answer.set("compatibility", level));
        return answer;
    }

    private Object delete(Context context) {
        String subject = RequestPaths.settings(context);
        Optional<SubjectConfig> deleted = configs.delete(subject);
        if (deleted.isEmpty() && !isGlobal(subject)) {
            throw ApiException.subjectNotFound(subject);
        }
        SubjectConfig config = deleted.orElse(SubjectConfig.DEFAULT);
        audit.changed(context, "delete-config", CanonicalJson.write(config) + " of " + named(subject));
        return config;
    }

    private static boolean isGlobal(String subject) {
        return subject.equals(ALL_SUBJECTS) || subject.equals(Contexts.GLOBAL_PREFIX);
    }

    static String named(String subject) {
        if (subject.equals(ALL_SUBJECTS)) {
            return "all subjects";
        }
        return (Contexts.isContext(subject) ? "context " : "subject ") + subject;
    }
}
