package io.lightflow.deploy.reconcile;

/**
 * A column that is compared or counted.
 *
 * @param name in the scratch database
 * @param type there
 * @param path of its field in the event, with dots; null if the events of the table have no such field
 */
record EventColumn(String name, Type type, String path) {
    /** Types of DuckDB. */
    enum Type {
        VARCHAR,
        BIGINT,
        INTEGER,
        BOOLEAN
    }

    /** Its definition in a table. */
    String definition() {
        return name + " " + type;
    }

    /** Its expression over a table of the archive. */
    String ofArchive() {
        String value = path == null ? "NULL" : '"' + path.replace(".", "\".\"") + '"';
        return "CAST(" + value + " AS " + type + ") AS " + name;
    }
}
