package io.lightflow.registry.server;

/** Which versions a query includes: active ones, softly deleted ones, or both. */
enum DeletedFilter {
    EXCLUDED("NOT v.deleted"),
    INCLUDED("true"),
    ONLY("v.deleted");

    private final String condition;

    DeletedFilter(String condition) {
        this.condition = condition;
    }

    /** The condition in SQL, on the table of versions as {@code v}. */
    String condition() {
        return condition;
    }
}
