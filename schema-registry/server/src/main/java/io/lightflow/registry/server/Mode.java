package io.lightflow.registry.server;

import java.util.Locale;

/** The operations that a subject allows, or all subjects without their own mode. */
enum Mode {
    READWRITE,
    /** Registering, deleting and configuring are forbidden. */
    READONLY,
    /** Schemas are registered with the id and version of another registry, without a compatibility check. */
    IMPORT;

    static Mode parse(String name) {
        for (Mode mode : values()) {
            if (name != null && mode.name().equals(name.toUpperCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw ApiException.invalidMode(name);
    }
}
