package io.lightflow.lab.contest;

import io.lightflow.deploy.embedded.PostgresServer;

/** A PostgreSQL server that another process has started. */
record RunningPostgres(String jdbcUrl, long processId) implements PostgresServer {
    @Override
    public void start() {}

    @Override
    public String jdbcUrlOf(String name) {
        throw new UnsupportedOperationException("expected one database, found a request for " + name);
    }

    @Override
    public String psqlCommand() {
        return "psql '" + jdbcUrl.substring("jdbc:".length()) + "'";
    }

    @Override
    public void close() {}
}
