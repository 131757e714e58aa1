package io.lightflow.registry.server;

import io.javalin.http.Context;
import java.util.Optional;

/** Reads the names of subjects and the numbers of versions that paths hold. There is one context, the default one. */
final class Subjects {
    /** What clients write before a subject's name to say that they mean the default context. */
    private static final String DEFAULT_CONTEXT = ":.:";
    /** And in place of a prefix to say that they mean all. */
    private static final String ALL_CONTEXTS = ":*:";

    private Subjects() {}

    static String inPath(Context context) {
        return name(context.pathParam("subject"));
    }

    /** Subjects end up in logs and in pages, so they hold no control characters. */
    private static String name(String given) {
        String name = given.startsWith(DEFAULT_CONTEXT) ? given.substring(DEFAULT_CONTEXT.length()) : given;
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.invalidSubject("A subject must not be blank or hold control characters");
        }
        if (name.startsWith(":.") || name.startsWith(ALL_CONTEXTS)) {
            throw ApiException.invalidSubject("Subject '" + name
                    + "' names a context, and there is only the default one, \".\". Leave the context out");
        }
        return name;
    }

    /** What the names that are asked for begin with. */
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
