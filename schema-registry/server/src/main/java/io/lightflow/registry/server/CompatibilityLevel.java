package io.lightflow.registry.server;

import java.util.Locale;

/** What a new version of a subject must be able to do with the records of earlier ones, and they with its records. */
enum CompatibilityLevel {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    /** For all subjects, until another is set. */
    static final CompatibilityLevel DEFAULT = BACKWARD;

    private final boolean newReadsOld;
    private final boolean oldReadsNew;
    private final boolean transitive;

    CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
        this.newReadsOld = newReadsOld;
        this.oldReadsNew = oldReadsNew;
        this.transitive = transitive;
    }

    boolean newReadsOld() {
        return newReadsOld;
    }

    boolean oldReadsNew() {
        return oldReadsNew;
    }

    /** Whether every earlier version counts, or the latest alone. */
    boolean transitive() {
        return transitive;
    }

    static CompatibilityLevel parse(String name) {
        for (CompatibilityLevel level : values()) {
            if (name != null && level.name().equals(name.toUpperCase(Locale.ROOT))) {
                return level;
            }
        }
        throw ApiException.invalidCompatibility(name);
    }
}
