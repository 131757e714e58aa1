package io.lightflow.registry.server;

import static io.lightflow.registry.server.SubjectSettings.ALL_SUBJECTS;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.RegistryRole;

/** {@code /config}: the compatibility levels of all subjects and of single subjects. */
final class ConfigApi {
    private final SubjectSettings settings;
    private final AuditLog audit;

    ConfigApi(SubjectSettings settings, AuditLog audit) {
        this.settings = settings;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get(
                "/config",
                RegistryJson.json(context -> new ConfiguredLevel(settings.globalLevel())),
                RegistryRole.READ);
        routes.put("/config", RegistryJson.json(context -> set(context, ALL_SUBJECTS)), RegistryRole.WRITE);
        routes.delete("/config", RegistryJson.json(this::deleteGlobal), RegistryRole.WRITE);
        routes.get("/config/{subject}", RegistryJson.json(this::level), RegistryRole.READ);
        routes.put(
                "/config/{subject}",
                RegistryJson.json(context -> set(context, PathParameters.inPath(context))),
                RegistryRole.WRITE);
        routes.delete("/config/{subject}", RegistryJson.json(this::delete), RegistryRole.WRITE);
    }

    /** The format in which a level is read. */
    private record ConfiguredLevel(CompatibilityLevel compatibilityLevel) {}

    /** The format in which a level is set, and the response. */
    private record LevelToSet(String compatibility) {}

    private Object level(Context context) {
        String subject = PathParameters.inPath(context);
        return new ConfiguredLevel(settings.level(subject).orElseGet(() -> {
            if (!RegistryJson.flag(context, "defaultToGlobal")) {
                throw ApiException.compatibilityNotConfigured(subject);
            }
            return settings.globalLevel();
        }));
    }

    private Object set(Context context, String subject) {
        CompatibilityLevel level = CompatibilityLevel.parse(
                RegistryJson.body(context, LevelToSet.class).compatibility());
        settings.setLevel(subject, level);
        audit.changed(context, "set-compatibility", level + " of " + named(subject));
        return new LevelToSet(level.name());
    }

    private Object deleteGlobal(Context context) {
        CompatibilityLevel deleted = settings.deleteLevel(ALL_SUBJECTS).orElse(CompatibilityLevel.DEFAULT);
        audit.changed(context, "delete-compatibility", deleted + " of " + named(ALL_SUBJECTS));
        return new ConfiguredLevel(deleted);
    }

    private Object delete(Context context) {
        String subject = PathParameters.inPath(context);
        CompatibilityLevel deleted =
                settings.deleteLevel(subject).orElseThrow(() -> ApiException.subjectNotFound(subject));
        audit.changed(context, "delete-compatibility", deleted + " of " + named(subject));
        return new ConfiguredLevel(deleted);
    }

    static String named(String subject) {
        return subject.equals(ALL_SUBJECTS) ? "all subjects" : "subject " + subject;
    }
}
