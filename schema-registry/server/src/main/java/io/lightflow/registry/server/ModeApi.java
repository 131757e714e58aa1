package io.lightflow.registry.server;

import static io.lightflow.registry.server.SubjectSettings.ALL_SUBJECTS;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.SubjectSettings.ExistingSubjects;
import io.lightflow.registry.server.access.RegistryRole;

/** {@code /mode}: the modes of all subjects and of single subjects. */
final class ModeApi {
    private final SubjectSettings settings;
    private final AuditLog audit;

    ModeApi(SubjectSettings settings, AuditLog audit) {
        this.settings = settings;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/mode", RegistryJson.json(context -> body(settings.globalMode())), RegistryRole.READ);
        routes.put("/mode", RegistryJson.json(context -> set(context, ALL_SUBJECTS)), RegistryRole.WRITE);
        routes.delete("/mode", RegistryJson.json(context -> delete(context, ALL_SUBJECTS)), RegistryRole.WRITE);
        routes.get("/mode/{subject}", RegistryJson.json(this::mode), RegistryRole.READ);
        routes.put(
                "/mode/{subject}",
                RegistryJson.json(context -> set(context, PathParameters.inPath(context))),
                RegistryRole.WRITE);
        routes.delete(
                "/mode/{subject}",
                RegistryJson.json(context -> delete(context, PathParameters.inPath(context))),
                RegistryRole.WRITE);
    }

    private record ModeBody(String mode) {}

    private static ModeBody body(Mode mode) {
        return new ModeBody(mode.name());
    }

    private Object mode(Context context) {
        String subject = PathParameters.inPath(context);
        return body(settings.mode(subject).orElseGet(() -> {
            if (!RegistryJson.flag(context, "defaultToGlobal")) {
                throw ApiException.modeNotConfigured(subject);
            }
            return settings.globalMode();
        }));
    }

    private Object set(Context context, String subject) {
        Mode mode = Mode.parse(RegistryJson.body(context, ModeBody.class).mode());
        settings.setMode(
                subject,
                mode,
                RegistryJson.flag(context, "force") ? ExistingSubjects.ACCEPTED : ExistingSubjects.REFUSED);
        audit.changed(context, "set-mode", mode + " of " + ConfigApi.named(subject));
        return body(mode);
    }

    private Object delete(Context context, String subject) {
        Mode deleted = settings.deleteMode(subject).orElseThrow(() -> ApiException.subjectNotFound(subject));
        audit.changed(context, "delete-mode", deleted + " of " + ConfigApi.named(subject));
        return body(deleted);
    }
}
