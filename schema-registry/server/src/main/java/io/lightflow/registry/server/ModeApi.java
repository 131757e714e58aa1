package io.lightflow.registry.server;

import static io.lightflow.registry.server.ConfigStore.ALL_SUBJECTS;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.javalin.http.Context;
import io.lightflow.registry.server.ModeStore.ExistingSubjects;
import io.lightflow.registry.server.ModeStore.Reach;
import io.lightflow.registry.server.access.RegistryRole;
import java.util.Optional;

/** {@code /mode}: the modes of all subjects, of contexts and of single subjects. */
final class ModeApi {
    private final ModeStore modes;
    private final AuditLog audit;

    ModeApi(ModeStore modes, AuditLog audit) {
        this.modes = modes;
        this.audit = audit;
    }

    void addTo(ContextRoutes routes) {
        for (String path : new String[] {"/mode", "/mode/{subject}"}) {
            routes.get(path, RegistryJson.json(this::mode), RegistryRole.READ);
            routes.put(path, RegistryJson.json(this::set), RegistryRole.WRITE);
            routes.delete(path, RegistryJson.json(this::delete), RegistryRole.WRITE);
        }
    }

    @JsonInclude(Include.NON_NULL)
    private record ModeBody(String mode) {
        static ModeBody of(Mode mode) {
            return new ModeBody(mode == null ? null : mode.name());
        }
    }

    private Object mode(Context context) {
        String subject = RequestPaths.settings(context);
        if (RegistryJson.flag(context, "defaultToGlobal")) {
            return ModeBody.of(modes.effective(subject));
        }
        return ModeBody.of(own(subject).orElseThrow(() -> ApiException.modeNotConfigured(subject)));
    }

    /** The registry itself always has a mode. */
    private Optional<Mode> own(String subject) {
        return modes.mode(subject).or(() -> isGlobal(subject) ? Optional.of(Mode.READWRITE) : Optional.empty());
    }

    private static boolean isGlobal(String subject) {
        return subject.equals(ALL_SUBJECTS) || subject.equals(Contexts.GLOBAL_PREFIX);
    }

    private Object set(Context context) {
        String subject = RequestPaths.settings(context);
        String name = RegistryJson.body(context, ModeBody.class).mode();
        Mode mode = name == null ? null : Mode.parse(name);
        if (mode == Mode.FORWARD && !subject.equals(Contexts.GLOBAL_PREFIX)) {
            throw ApiException.forwardModeOfSubject();
        }
        modes.set(
                subject,
                mode,
                RegistryJson.flag(context, "force") ? ExistingSubjects.ACCEPTED : ExistingSubjects.REFUSED);
        audit.changed(context, "set-mode", (mode == null ? "none" : mode) + " of " + ConfigApi.named(subject));
        return ModeBody.of(mode);
    }

    private Object delete(Context context) {
        String subject = RequestPaths.settings(context);
        boolean isRecursive = RegistryJson.flag(context, "recursive");
        Optional<Mode> deleted = modes.delete(subject, isRecursive ? Reach.RECURSIVE : Reach.ITSELF);
        if (deleted.isEmpty() && !isRecursive && !isGlobal(subject)) {
            throw ApiException.subjectNotFound(subject);
        }
        Mode mode = deleted.orElse(isGlobal(subject) ? Mode.READWRITE : null);
        audit.changed(
                context,
                "delete-mode",
                (mode == null ? "modes" : mode) + " of " + ConfigApi.named(subject)
                        + (isRecursive ? " and its subjects" : ""));
        return ModeBody.of(mode);
    }
}
