package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {
    @TempDir
    Path folder;

    @Test
    void aPortStaysTheSame() {
        Path file = folder.resolve("ports.json");
        int chosen = Ports.in(file).of("nimbus");
        assertThat(Ports.in(file).of("nimbus")).isEqualTo(chosen);
    }

    @Test
    void twoUsesHaveTwoPorts() {
        Ports ports = Ports.in(folder.resolve("ports.json"));
        assertThat(ports.of("nimbus")).isNotEqualTo(ports.of("supervisor"));
    }

    @Test
    void aFixedPortWins() {
        Path file = folder.resolve("ports.json");
        Ports.in(file).of("nimbus");
        Ports.in(file).fix("nimbus", 6627);
        assertThat(Ports.in(file).of("nimbus")).isEqualTo(6627);
    }

    @Test
    void aPortInUseIsNotFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void aNumberThatIsNoPortIsRefused() {
        Path file = folder.resolve("ports.json");
        ResourceFiles.write(file, "{\"nimbus\": 70000}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ports.in(file))
                .withMessageContaining("nimbus")
                .withMessageContaining("70000");
    }
}
