package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lightflow.event.Beacon;
import io.lightflow.event.Tag;
import io.lightflow.producer.LightEventsMetrics.RegistrationState;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {
    private static final List<Schema> SCHEMAS = List.of(Tag.getClassSchema(), Beacon.getClassSchema());

    @Test
    void withoutARegistryNothingIsRegistered() {
        SchemaRegistration registration = new SchemaRegistration(Optional.empty(), SCHEMAS);
        registration.start();
        assertThat(registration.state()).isEqualTo(RegistrationState.NOT_CONFIGURED);
        registration.close();
    }

    @Test
    void aRegistryWithContentDerivedIdsReceivesAllSchemas() throws IOException {
        assertThat(register(200, IntUnaryOperator.identity())).isEqualTo(RegistrationState.DONE);
    }

    @Test
    void aRegistryWithSequentialIdsIsRejected() throws IOException {
        assertThat(register(200, id -> 1)).isEqualTo(RegistrationState.REJECTED);
    }

    @Test
    void aRejectedSchemaIsReported() throws IOException {
        assertThat(register(409, IntUnaryOperator.identity())).isEqualTo(RegistrationState.REJECTED);
    }

    @Test
    void anUnavailableRegistryIsRetriedUntilTheProducerIsClosed() {
        RegistryClientSettings unavailable =
                RegistryClientSettings.of(URI.create("http://127.0.0.1:1")).withRounds(1, Duration.ofMillis(1));
        SchemaRegistration registration = new SchemaRegistration(Optional.of(unavailable), SCHEMAS);
        registration.start();
        assertThat(registration.state()).isEqualTo(RegistrationState.PENDING);
        registration.close();
    }

    /** The final state of a registration with a registry that responds with this status. */
    private static RegistrationState register(int status, IntUnaryOperator returnedId) throws IOException {
        HttpServer registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        for (Schema schema : SCHEMAS) {
            byte[] response = "{\"id\":%d,\"error_code\":409,\"message\":\"no\"}"
                    .formatted(returnedId.applyAsInt(SchemaId.of(schema)))
                    .getBytes(StandardCharsets.UTF_8);
            registry.createContext("/subjects/" + schema.getFullName() + "/versions", exchange -> {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, response.length);
                exchange.getResponseBody().write(response);
                exchange.close();
            });
        }
        registry.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + registry.getAddress().getPort());
            SchemaRegistration registration =
                    new SchemaRegistration(Optional.of(RegistryClientSettings.of(url)), SCHEMAS);
            registration.start();
            while (registration.state() == RegistrationState.PENDING) {
                LockSupport.parkNanos(1_000_000);
            }
            return registration.state();
        } finally {
            registry.stop(0);
        }
    }
}
