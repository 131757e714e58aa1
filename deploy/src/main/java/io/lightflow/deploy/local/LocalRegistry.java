package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.registry.server.RegistryServerSettings;
import io.lightflow.registry.server.SchemaRegistryServer;
import java.net.URI;

/** The schema registry of the local stack, on a free port. */
final class LocalRegistry implements AutoCloseable {
    private final EmbeddedPostgresServer postgres;
    private SchemaRegistryServer server;

    LocalRegistry(EmbeddedPostgresServer postgres) {
        this.postgres = postgres;
    }

    void start() {
        server = new SchemaRegistryServer(
                RegistryServerSettings.of(0, postgres.jdbcUrl(), EmbeddedPostgresServer.USER, ""));
        server.start();
    }

    URI url() {
        return server.url();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
