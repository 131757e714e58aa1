package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.registry.node.NodeClients;
import io.lightflow.registry.server.access.Account;
import io.lightflow.registry.server.access.Role;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** npm's clients, which we did not write, work with this registry as they are. */
class NodeClientsTest extends ApiTest {
    private static final String PASSWORD = "correct-horse";

    @Override
    RegistryServerSettings settings() throws SQLException {
        return database.settings()
                .withAccess(new Accounts<>(
                        List.of(new Account("node", TokenHash.ofPassword("node", PASSWORD), Role.WRITE))));
    }

    @Test
    void theyRegisterGetEncodeAndDecode() throws Exception {
        NodeClients.install();
        assertThat(NodeClients.script("clients.js", server.url().toString(), "node", PASSWORD))
                .contains("both clients registered, got, encoded and decoded");
    }

    @Test
    void theDifferenceOnThePageIsRight() throws Exception {
        NodeClients.install();
        Path file = Path.of("src/main/resources/io/lightflow/registry/ui/difference.js");
        assertThat(NodeClients.script("difference.js", file.toAbsolutePath().toString()))
                .contains("the difference is right");
    }
}
