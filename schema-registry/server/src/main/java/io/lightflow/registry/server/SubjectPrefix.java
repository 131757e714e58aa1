package io.lightflow.registry.server;

/**
 * Selects subjects by the start of their names.
 *
 * @param start within the contexts that the reach names
 */
record SubjectPrefix(Reach reach, String start) {
    /** Which contexts match. */
    enum Reach {
        /** The context that the start names, or else the default context. */
        ONE_CONTEXT,
        ALL_CONTEXTS
    }

    static SubjectPrefix parse(String given) {
        return given.startsWith(Contexts.ALL_PREFIX)
                ? new SubjectPrefix(Reach.ALL_CONTEXTS, given.substring(Contexts.ALL_PREFIX.length()))
                : new SubjectPrefix(Reach.ONE_CONTEXT, Contexts.normalized(given));
    }

    /** The condition in SQL, on the table of versions as {@code v}, with {@link #start} as its parameter. */
    String condition() {
        if (reach == Reach.ALL_CONTEXTS) {
            return start.isEmpty()
                    ? "starts_with(v.subject, ?)"
                    : "starts_with(regexp_replace(v.subject, '^:[.][^:]*:', ''), ?)";
        }
        return start.startsWith(":.")
                ? "starts_with(v.subject, ?)"
                : "starts_with(v.subject, ?) AND NOT starts_with(v.subject, ':.')";
    }

    /** Whether a subject matches, as in SQL. */
    boolean matches(String subject) {
        return reach == Reach.ALL_CONTEXTS
                ? Contexts.nameOf(subject).startsWith(start)
                : subject.startsWith(start) && (start.startsWith(":.") || !subject.startsWith(":."));
    }
}
