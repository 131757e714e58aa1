package io.lightflow.registry.server;

import static io.lightflow.registry.server.SubjectSettings.ALL_SUBJECTS;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.Role;

/** {@code /config}: the compatibility level, of all subjects and of single ones. */
final class ConfigApi {
    private final SubjectSettings settings;
    private final Audit audit;

    ConfigApi(SubjectSettings settings, Audit audit) {
        this.settings = settings;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/config", Answers.json(context -> new ConfiguredLevel(settings.globalLevel())), Role.READ);
        routes.put("/config", Answers.json(context -> set(context, ALL_SUBJECTS)), Role.WRITE);
        routes.delete("/config", Answers.json(this::deleteGlobal), Role.WRITE);
        routes.get("/config/{subject}", Answers.json(this::level), Role.READ);
        routes.put("/config/{subject}", Answers.json(context -> set(context, Subjects.inPath(context))), Role.WRITE);
        routes.delete("/config/{subject}", Answers.json(this::delete), Role.WRITE);
    }

    /** How a level is read. */
    private record ConfiguredLevel(CompatibilityLevel compatibilityLevel) {}

    /** How a level is set, and the answer to that. */
    private record LevelToSet(String compatibility) {}

    private Object level(Context context) {
        String subject = Subjects.inPath(context);
        return new ConfiguredLevel(settings.level(subject).orElseGet(() -> {
            if (!Answers.flag(context, "defaultToGlobal")) {
                throw ApiException.compatibilityNotConfigured(subject);
            }
            return settings.globalLevel();
        }));
    }

    private Object set(Context context, String subject) {
        CompatibilityLevel level =
                CompatibilityLevel.parse(Answers.body(context, LevelToSet.class).compatibility());
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
        String subject = Subjects.inPath(context);
        CompatibilityLevel deleted =
                settings.deleteLevel(subject).orElseThrow(() -> ApiException.subjectNotFound(subject));
        audit.changed(context, "delete-compatibility", deleted + " of " + named(subject));
        return new ConfiguredLevel(deleted);
    }

    static String named(String subject) {
        return subject.equals(ALL_SUBJECTS) ? "all subjects" : "subject " + subject;
    }
}
