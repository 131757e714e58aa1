package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lightflow.event.Beacon;
import io.lightflow.event.Tag;
import io.lightflow.producer.LightEventsMetrics.Registration;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {
    private static final List<Schema> SCHEMAS = List.of(Tag.getClassSchema(), Beacon.getClassSchema());

    @Test
    void withoutARegistryNothingIsRegistered() {
        SchemaRegistration registration = new SchemaRegistration(Optional.empty(), SCHEMAS);
        registration.start();
        assertThat(registration.state()).isEqualTo(Registration.NOT_WANTED);
        registration.close();
    }

    @Test
    void aRegistryThatDerivesIdsFromSchemasGetsThemAll() throws IOException {
        assertThat(register(200, IntUnaryOperator.identity())).isEqualTo(Registration.DONE);
    }

    @Test
    void aRegistryThatNumbersSchemasAsTheyComeIsOfNoUse() throws IOException {
        assertThat(register(200, id -> 1)).isEqualTo(Registration.REFUSED);
    }

    @Test
    void aRefusalIsSaid() throws IOException {
        assertThat(register(409, IntUnaryOperator.identity())).isEqualTo(Registration.REFUSED);
    }

    @Test
    void aRegistryThatIsAwayIsAskedAgainUntilTheProducerIsClosed() {
        RegistryClientSettings away =
                RegistryClientSettings.of(URI.create("http://127.0.0.1:1")).withRounds(1, Duration.ofMillis(1));
        SchemaRegistration registration = new SchemaRegistration(Optional.of(away), SCHEMAS);
        registration.start();
        assertThat(registration.state()).isEqualTo(Registration.UNDER_WAY);
        registration.close();
    }

    /** What becomes of a registration with a registry that answers with this status. */
    private static Registration register(int status, IntUnaryOperator answeredId) throws IOException {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        for (Schema schema : SCHEMAS) {
            byte[] answer = "{\"id\":%d,\"error_code\":409,\"message\":\"no\"}"
                    .formatted(answeredId.applyAsInt(SchemaId.of(schema)))
                    .getBytes(StandardCharsets.UTF_8);
            registry.createContext("/subjects/" + schema.getFullName() + "/versions", exchange -> {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
        }
        registry.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + registry.getAddress().getPort());
            SchemaRegistration registration =
                    new SchemaRegistration(Optional.of(RegistryClientSettings.of(url)), SCHEMAS);
            registration.start();
            while (registration.state() == Registration.UNDER_WAY) {
                Thread.onSpinWait();
            }
            return registration.state();
        } finally {
            registry.stop(0);
        }
    }
}
