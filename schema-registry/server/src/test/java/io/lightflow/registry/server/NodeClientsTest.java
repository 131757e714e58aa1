package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.registry.node.NodeClients;
import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Unmodified third-party clients from npm work with this registry. */
class NodeClientsTest extends ApiTest {
    private static final String PASSWORD = "correct-horse";

    @Override
    RegistryServerSettings settings() throws SQLException {
        return database.settings()
                .withAccess(new Accounts<>(List.of(
                        new RegistryAccount("node", TokenHash.ofPassword("node", PASSWORD), RegistryRole.WRITE))));
    }

    @Test
    void clientsRegisterReadEncodeAndDecode() throws Exception {
        NodeClients.install();
        assertThat(NodeClients.script("clients.js", server.url().toString(), "node", PASSWORD))
                .contains("both clients registered, got, encoded and decoded");
    }

    @Test
    void theDifferenceOnThePageIsCorrect() throws Exception {
        NodeClients.install();
        Path file = Path.of("src/main/resources/io/lightflow/registry/ui/difference.js");
        assertThat(NodeClients.script("difference.js", file.toAbsolutePath().toString()))
                .contains("the difference is right");
    }
}
