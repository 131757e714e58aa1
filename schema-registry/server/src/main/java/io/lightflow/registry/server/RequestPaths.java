package io.lightflow.registry.server;

import io.javalin.http.Context;
import java.util.Optional;

/** Reads contexts, subjects and versions from paths. */
final class RequestPaths {
    private final ConfigStore configs;

    RequestPaths(ConfigStore configs) {
        this.configs = configs;
    }

    /** The subject that the path names, or that its alias means. */
    String subject(Context context) {
        return configs.resolveAlias(validSubject(named(context)));
    }

    /** The subject or context whose settings the path means; {@link ConfigStore#ALL_SUBJECTS} for the default one. */
    static String settings(Context context) {
        if (!context.pathParamMap().containsKey("subject")) {
            return contextPrefix(context);
        }
        String subject = named(context);
        requirePrintable(subject);
        requireNotReserved(Contexts.nameOf(subject));
        return subject;
    }

    private static String named(Context context) {
        return Contexts.resolve(contextPrefix(context), context.pathParam("subject"));
    }

    /** The prefix of the context that the path names; empty for the default context. */
    static String contextPrefix(Context context) {
        String name = context.pathParamMap().get("context");
        String prefix = name == null ? "" : Contexts.prefix(name);
        requirePrintable(prefix);
        return prefix;
    }

    /** Logs and pages show subjects, so control characters are rejected. */
    private static String validSubject(String subject) {
        requirePrintable(subject);
        String name = Contexts.nameOf(subject);
        if (name.isBlank()) {
            throw ApiException.invalidSubject("A subject must not be blank");
        }
        if (subject.startsWith(Contexts.ALL_PREFIX) || subject.startsWith(Contexts.GLOBAL_PREFIX)) {
            throw ApiException.invalidSubject(
                    "Subject '" + subject + "' names all contexts, but belongs to one. Name that, or omit it");
        }
        requireNotReserved(name);
        return subject;
    }

    private static void requireNotReserved(String name) {
        if (name.equals("__GLOBAL") || name.equals("__EMPTY")) {
            throw ApiException.invalidSubject("The name '" + name + "' is reserved. Choose another one");
        }
    }

    static void requirePrintable(String subject) {
        if (subject.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.invalidSubject("A subject must not contain control characters");
        }
    }

    /**
     * The requested prefix of subjects.
     *
     * @param byDefault the prefix if neither the query nor the path names a context
     */
    static SubjectPrefix prefix(Context context, String byDefault) {
        String prefix = Optional.ofNullable(context.queryParam("subjectPrefix"))
                .orElseGet(() -> context.pathParamMap().containsKey("context") ? "" : byDefault);
        return SubjectPrefix.parse(
                prefix.startsWith(Contexts.ALL_PREFIX) ? prefix : Contexts.resolve(contextPrefix(context), prefix));
    }

    /** The subject or the prefix of the context that a query parameter names; empty if there is none. */
    Optional<String> queriedSubject(Context context) {
        return Optional.ofNullable(context.queryParam("subject"))
                .map(name -> configs.resolveAlias(Contexts.resolve(contextPrefix(context), name)));
    }

    /** @return empty for the latest */
    static Optional<Integer> version(Context context) {
        String text = context.pathParam("version");
        if (text.equals("latest") || text.equals("-1")) {
            return Optional.empty();
        }
        try {
            int version = Integer.parseInt(text);
            if (version >= 1) {
                return Optional.of(version);
            }
        } catch (NumberFormatException e) {
            throw ApiException.invalidVersion(text);
        }
        throw ApiException.invalidVersion(text);
    }
}
