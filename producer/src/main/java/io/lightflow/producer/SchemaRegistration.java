package io.lightflow.producer;

import io.lightflow.producer.LightEventsMetrics.RegistrationState;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.RegistryUnavailableException;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.registry.client.SchemaRegistryException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the producer's schemas in a background thread, which then ends. Events do not wait for it: a schema's id is
 * derived from its content.
 */
final class SchemaRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistration.class);
    private static final long PAUSE_MS = 5_000;

    private final Optional<RegistryClientSettings> registry;
    private final List<Schema> schemas;
    private final Thread thread = new Thread(this::run, "lightflow-producer-registration");
    private volatile RegistrationState state;
    /** Whether the registry was unavailable; used only by the thread. */
    private boolean waiting;

    SchemaRegistration(Optional<RegistryClientSettings> registry, List<Schema> schemas) {
        this.registry = registry;
        this.schemas = schemas;
        this.state = registry.isPresent() ? RegistrationState.PENDING : RegistrationState.NOT_CONFIGURED;
        thread.setDaemon(true);
    }

    void start() {
        if (registry.isPresent()) {
            thread.start();
        }
    }

    RegistrationState state() {
        return state;
    }

    private void run() {
        SchemaRegistryClient client = new SchemaRegistryClient(registry.orElseThrow());
        try {
            while (!isRegistered(client)) {
                Thread.sleep(PAUSE_MS);
            }
            state = RegistrationState.DONE;
            if (waiting) {
                LOG.info("The registry has the producer's schemas now");
            }
        } catch (SchemaRegistryException | IllegalStateException e) {
            state = RegistrationState.REJECTED;
            LOG.error("Registering the producer's schemas failed; events are sent nevertheless", e);
        } catch (InterruptedException e) {
            // The producer was closed. The next process registers the schemas.
            Thread.currentThread().interrupt();
        }
    }

    /** Returns false if the registry is unavailable. */
    private boolean isRegistered(SchemaRegistryClient client) throws InterruptedException {
        for (Schema schema : schemas) {
            int id;
            try {
                id = client.register(schema.getFullName(), schema);
            } catch (RegistryUnavailableException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!waiting) {
                    waiting = true;
                    LOG.warn(
                            "Waiting for the registry to register the producer's schemas; events are sent meanwhile",
                            e);
                }
                return false;
            }
            if (id != SchemaId.of(schema)) {
                throw new IllegalStateException("Registering schema " + schema.getFullName() + ": expected id "
                        + SchemaId.of(schema) + ", which is derived from its content, found " + id
                        + ". Use Lightflow's registry: others assign sequential ids, and events carry the id");
            }
        }
        return true;
    }

    void close() {
        thread.interrupt();
    }
}
