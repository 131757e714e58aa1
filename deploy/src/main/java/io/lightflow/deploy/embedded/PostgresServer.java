package io.lightflow.deploy.embedded;

/** A PostgreSQL server that this process starts, or that runs already. */
public interface PostgresServer extends AutoCloseable {
    void start();

    /** The JDBC URL of the platform's database, with its user. Available after the start. */
    String jdbcUrl();

    /**
     * The JDBC URL of another database, with its user; creates the database unless it exists.
     *
     * @param name lower-case letters, digits and -
     */
    String jdbcUrlOf(String name);

    /** The command line of a SQL shell for the platform's database. */
    String psqlCommand();

    /** The id of the server's main process, the parent of its connections and background workers. */
    long processId();

    @Override
    void close();
}
