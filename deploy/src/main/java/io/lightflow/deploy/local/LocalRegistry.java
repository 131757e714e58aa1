package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.registry.server.RegistryServerSettings;
import io.lightflow.registry.server.SchemaRegistryServer;
import java.net.URI;

/** A schema registry of the local stack, on a free port. */
public final class LocalRegistry implements AutoCloseable {
    private final SchemaRegistryServer server;

    public LocalRegistry(String jdbcUrl) {
        this.server = new SchemaRegistryServer(RegistryServerSettings.of(0, jdbcUrl, EmbeddedPostgresServer.USER, ""));
    }

    public void start() {
        server.start();
    }

    public URI url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
    }
}
