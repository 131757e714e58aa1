package io.lightflow.registry.server;

import java.util.Locale;

/** The operations that a subject allows, or all subjects without their own mode. */
enum Mode {
    READWRITE,
    /** Registering, deleting and configuring are forbidden. */
    READONLY,
    /** Like {@link #READONLY}, and stronger than the modes of single subjects if set for all of them. */
    READONLY_OVERRIDE,
    /** Schemas are registered with the id and version of another registry, without a compatibility check. */
    IMPORT,
    /** Like {@link #IMPORT}; only for all contexts together. */
    FORWARD;

    boolean isReadOnly() {
        return this == READONLY || this == READONLY_OVERRIDE;
    }

    boolean isImport() {
        return this == IMPORT || this == FORWARD;
    }

    static Mode parse(String name) {
        for (Mode mode : values()) {
            if (name != null && mode.name().equals(name.toUpperCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw ApiException.invalidMode(name);
    }
}
