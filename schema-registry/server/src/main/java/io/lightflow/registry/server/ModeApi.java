package io.lightflow.registry.server;

import static io.lightflow.registry.server.SubjectSettings.ALL_SUBJECTS;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.SubjectSettings.ExistingSubjects;
import io.lightflow.registry.server.access.Role;

/** {@code /mode}: what may be done, of all subjects and of single ones. */
final class ModeApi {
    private final SubjectSettings settings;
    private final Audit audit;

    ModeApi(SubjectSettings settings, Audit audit) {
        this.settings = settings;
        this.audit = audit;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/mode", Answers.json(context -> answer(settings.globalMode())), Role.READ);
        routes.put("/mode", Answers.json(context -> set(context, ALL_SUBJECTS)), Role.WRITE);
        routes.delete("/mode", Answers.json(context -> delete(context, ALL_SUBJECTS)), Role.WRITE);
        routes.get("/mode/{subject}", Answers.json(this::mode), Role.READ);
        routes.put("/mode/{subject}", Answers.json(context -> set(context, Subjects.inPath(context))), Role.WRITE);
        routes.delete(
                "/mode/{subject}", Answers.json(context -> delete(context, Subjects.inPath(context))), Role.WRITE);
    }

    private record ModeBody(String mode) {}

    private static ModeBody answer(Mode mode) {
        return new ModeBody(mode.name());
    }

    private Object mode(Context context) {
        String subject = Subjects.inPath(context);
        return answer(settings.mode(subject).orElseGet(() -> {
            if (!Answers.flag(context, "defaultToGlobal")) {
                throw ApiException.modeNotConfigured(subject);
            }
            return settings.globalMode();
        }));
    }

    private Object set(Context context, String subject) {
        Mode mode = Mode.parse(Answers.body(context, ModeBody.class).mode());
        settings.setMode(
                subject, mode, Answers.flag(context, "force") ? ExistingSubjects.ACCEPTED : ExistingSubjects.REFUSED);
        audit.changed(context, "set-mode", mode + " of " + ConfigApi.named(subject));
        return answer(mode);
    }

    private Object delete(Context context, String subject) {
        Mode deleted = settings.deleteMode(subject).orElseThrow(() -> ApiException.subjectNotFound(subject));
        audit.changed(context, "delete-mode", deleted + " of " + ConfigApi.named(subject));
        return answer(deleted);
    }
}
