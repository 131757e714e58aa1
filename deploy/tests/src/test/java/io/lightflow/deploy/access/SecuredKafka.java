package io.lightflow.deploy.access;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A broker with a listener for SASL_SSL with SCRAM. Its other listener, without authentication, belongs to the broker
 * itself and to the test's administrator.
 */
final class SecuredKafka implements AutoCloseable {
    private static final int ITERATIONS = 4_096;

    private final EmbeddedKafka broker;
    private final int port;

    private SecuredKafka(EmbeddedKafka broker, int port) {
        this.broker = broker;
        this.port = port;
    }

    static SecuredKafka start(Path directory, Certificates certificates, String keyPassword) throws IOException {
        int plain = freePort();
        int secured = freePort();
        int controller = freePort();
        String open = "PLAINTEXT://127.0.0.1:" + plain + ",SASL_SSL://127.0.0.1:" + secured;
        EmbeddedKafka broker = new EmbeddedKafka(EmbeddedKafkaSettings.in(directory)
                .withPort(plain)
                .with("listeners", open + ",CONTROLLER://127.0.0.1:" + controller)
                .with("advertised.listeners", open)
                .with("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT")
                .with("controller.quorum.voters", "1@127.0.0.1:" + controller)
                .with("inter.broker.listener.name", "PLAINTEXT")
                .with("sasl.enabled.mechanisms", "SCRAM-SHA-512")
                .with(
                        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;")
                .with("ssl.keystore.type", "PKCS12")
                .with("ssl.keystore.location", certificates.keyStore().toString())
                .with("ssl.keystore.password", keyPassword)
                .with("ssl.key.password", keyPassword));
        broker.start();
        return new SecuredKafka(broker, secured);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    void addUser(String name, String password) throws Exception {
        broker.admin()
                .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                        name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    EmbeddedKafka broker() {
        return broker;
    }

    /** The address of the secured listener. */
    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        broker.close();
    }
}
