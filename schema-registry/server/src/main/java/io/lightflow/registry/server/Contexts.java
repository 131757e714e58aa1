package io.lightflow.registry.server;

import java.util.ArrayList;
import java.util.List;

/**
 * Names of subjects within contexts. A subject of the context {@code .staging} is {@code :.staging:NAME}; a subject of
 * the default context is its name alone. The prefix {@code :.staging:} alone stands for the context.
 */
final class Contexts {
    static final String DEFAULT = ".";
    /** Its settings hold for all contexts. */
    static final String GLOBAL_PREFIX = ":.__GLOBAL:";

    private static final String DELIMITER = ":";
    private static final String START = ":.";
    private static final String DEFAULT_PREFIX = ":.:";
    /** The prefix by which clients name all contexts. */
    static final String ALL_PREFIX = ":*:";

    private Contexts() {}

    /** @return the prefix of the subject's context; empty for the default context */
    static String prefixOf(String subject) {
        if (!subject.startsWith(START)) {
            return "";
        }
        int end = subject.indexOf(DELIMITER, START.length());
        return end < 0 ? subject + DELIMITER : subject.substring(0, end + 1);
    }

    /** The subject's name without its context; empty for a context. */
    static String nameOf(String subject) {
        String prefix = prefixOf(subject);
        return subject.length() < prefix.length() ? "" : subject.substring(prefix.length());
    }

    /** Whether a normalized name is the prefix of a context other than the default one. */
    static boolean isContext(String subject) {
        return !subject.isEmpty() && prefixOf(subject).equals(subject);
    }

    /** One name for each subject: without the default context, and with both delimiters of others. */
    static String normalized(String subject) {
        if (subject.startsWith(DEFAULT_PREFIX)) {
            return subject.substring(DEFAULT_PREFIX.length());
        }
        return subject.equals(START) ? "" : prefixOf(subject) + nameOf(subject);
    }

    /** @param context a name such as {@code .staging} or {@code :.staging:} */
    static String prefix(String context) {
        if (context.startsWith(DELIMITER)) {
            return prefixOf(normalized(context));
        }
        String name = context.startsWith(DEFAULT) ? context : DEFAULT + context;
        return name.equals(DEFAULT) ? "" : DELIMITER + name + DELIMITER;
    }

    /** The subject that a name means within a context; a name with a context means that one. */
    static String resolve(String contextPrefix, String name) {
        return name.startsWith(START) ? normalized(name) : contextPrefix + name;
    }

    /** The shortest name that means a subject within a context. */
    static String relative(String contextPrefix, String subject) {
        String prefix = prefixOf(subject);
        if (prefix.equals(contextPrefix)) {
            return nameOf(subject);
        }
        return prefix.isEmpty() ? DEFAULT_PREFIX + subject : subject;
    }

    /** Where a subject's settings are looked up, in this order; the empty string is the default context. */
    static List<String> scopes(String subject) {
        List<String> scopes = new ArrayList<>(List.of(subject));
        String context = prefixOf(subject);
        if (!context.equals(subject)) {
            scopes.add(context);
        }
        if (!subject.equals(GLOBAL_PREFIX)) {
            scopes.add(GLOBAL_PREFIX);
        }
        return scopes;
    }
}
