package io.lightflow.deploy.access;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.embedded.PostgresPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A server that takes only TLS connections with a password, except for its superuser. */
final class SecuredPostgres implements AutoCloseable {
    private static final Path BINARIES =
            Path.of("../../target/postgresql").toAbsolutePath().normalize();

    private final EmbeddedPostgresServer server;
    private final Certificates certificates;

    private SecuredPostgres(EmbeddedPostgresServer server, Certificates certificates) {
        this.server = server;
        this.certificates = certificates;
    }

    static SecuredPostgres start(Path directory, Certificates certificates) throws Exception {
        Path rules = Files.writeString(certificates.key().resolveSibling("pg_hba.conf"), """
                host    all postgres 127.0.0.1/32 trust
                hostssl all all      127.0.0.1/32 scram-sha-256
                """);
        PostgresPrograms programs = PostgresPrograms.in(BINARIES);
        for (Path file : new Path[] {rules, certificates.key(), certificates.certificate()}) {
            programs.own(file);
        }
        EmbeddedPostgresServer server = new EmbeddedPostgresServer(EmbeddedPostgresSettings.in(directory)
                .withBinaries(BINARIES)
                .with("hba_file", rules.toString())
                .with("ssl", "on")
                .with("ssl_cert_file", certificates.certificate().toString())
                .with("ssl_key_file", certificates.key().toString()));
        server.start();
        return new SecuredPostgres(server, certificates);
    }

    /** A user that may create schemas in the database, and owns what it creates. */
    void addUser(String name, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + name + " LOGIN PASSWORD '" + password + "'");
            statement.execute("GRANT CREATE, TEMPORARY ON DATABASE " + EmbeddedPostgresServer.DATABASE + " TO " + name);
            statement.execute("GRANT ALL ON SCHEMA public TO " + name);
        }
    }

    /** The URL for TLS connections; clients verify the server. */
    String jdbcUrl() {
        return plainJdbcUrl() + "?sslmode=verify-full&sslrootcert=" + certificates.certificate();
    }

    String plainJdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + EmbeddedPostgresServer.DATABASE;
    }

    @Override
    public void close() {
        server.close();
    }
}
