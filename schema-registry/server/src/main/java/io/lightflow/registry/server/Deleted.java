package io.lightflow.registry.server;

/**
 * Which versions count when something is looked up: those that are alive, those that were deleted (but not for good),
 * or both.
 */
enum Deleted {
    LEFT_OUT("NOT v.deleted"),
    INCLUDED("true"),
    ONLY("v.deleted");

    private final String condition;

    Deleted(String condition) {
        this.condition = condition;
    }

    /** In SQL, on the table of versions as {@code v}. */
    String condition() {
        return condition;
    }
}
