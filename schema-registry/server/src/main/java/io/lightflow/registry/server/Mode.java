package io.lightflow.registry.server;

import java.util.Locale;

/** What may be done with a subject, or with all that have no mode of their own. */
enum Mode {
    READWRITE,
    /** Nothing may be registered, deleted or configured. */
    READONLY,
    /** Schemas come with their id and version, as they are elsewhere, and compatibility is not asked for. */
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
