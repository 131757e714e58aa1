package io.lightflow.topology.doctor;

import java.util.Objects;

/**
 * The result of one check.
 *
 * @param subject what was checked
 * @param fact what was found
 * @param remedy what to do about it; empty if all is well
 */
record Finding(Level level, String subject, String fact, String remedy) {

    /** How bad it is. */
    enum Level {
        OK("ok"),
        /** It works, and may not any more when something else fails. */
        WARNING("warning"),
        /** The group cannot work like this. */
        ERROR("ERROR");

        private final String label;

        Level(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    Finding {
        Objects.requireNonNull(level, "level");
        if (level == Level.OK != remedy.isEmpty()) {
            throw new IllegalArgumentException("expected a remedy unless all is well, found " + level + ": " + remedy);
        }
    }
}
