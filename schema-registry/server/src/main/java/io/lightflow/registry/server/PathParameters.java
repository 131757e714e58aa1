package io.lightflow.registry.server;

import io.javalin.http.Context;
import java.util.Optional;

/** Reads subjects and versions from paths. The only context is the default one. */
final class PathParameters {
    /** The prefix by which clients name the default context. */
    private static final String DEFAULT_CONTEXT = ":.:";
    /** The prefix by which clients name all contexts. */
    private static final String ALL_CONTEXTS = ":*:";

    private PathParameters() {}

    static String inPath(Context context) {
        return name(context.pathParam("subject"));
    }

    /** Logs and pages show subjects, so control characters are rejected. */
    private static String name(String given) {
        String name = given.startsWith(DEFAULT_CONTEXT) ? given.substring(DEFAULT_CONTEXT.length()) : given;
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.invalidSubject("A subject must not be blank or contain control characters");
        }
        if (name.startsWith(":.") || name.startsWith(ALL_CONTEXTS)) {
            throw ApiException.invalidSubject(
                    "Subject '" + name + "' names a context, but the only one is the default \".\". Omit the context");
        }
        return name;
    }

    /** The requested prefix of subjects. */
    static String prefix(Context context) {
        String prefix = Optional.ofNullable(context.queryParam("subjectPrefix")).orElse("");
        return prefix.startsWith(DEFAULT_CONTEXT) || prefix.startsWith(ALL_CONTEXTS)
                ? prefix.substring(DEFAULT_CONTEXT.length())
                : prefix;
    }

    /** @return empty for the latest */
    static Optional<Integer> versionInPath(Context context) {
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
