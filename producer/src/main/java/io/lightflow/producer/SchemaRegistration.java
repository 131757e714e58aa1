package io.lightflow.producer;

import io.lightflow.producer.LightEventsMetrics.Registration;
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
 * Registers the schemas that events are written by, in a thread that ends when that is done. Events need not wait for
 * it: the ids follow from the schemas.
 */
final class SchemaRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistration.class);
    private static final long PAUSE_MS = 5_000;

    private final Optional<RegistryClientSettings> registry;
    private final List<Schema> schemas;
    private final Thread thread = new Thread(this::run, "lightflow-producer-registration");
    private volatile Registration state;

    SchemaRegistration(Optional<RegistryClientSettings> registry, List<Schema> schemas) {
        this.registry = registry;
        this.schemas = schemas;
        this.state = registry.isPresent() ? Registration.UNDER_WAY : Registration.NOT_WANTED;
        thread.setDaemon(true);
    }

    void start() {
        if (registry.isPresent()) {
            thread.start();
        }
    }

    Registration state() {
        return state;
    }

    private void run() {
        SchemaRegistryClient client = new SchemaRegistryClient(registry.orElseThrow());
        try {
            while (!isRegistered(client)) {
                Thread.sleep(PAUSE_MS);
            }
            state = Registration.DONE;
        } catch (SchemaRegistryException | IllegalStateException e) {
            state = Registration.REFUSED;
            LOG.error("The schemas of the producer cannot be registered; events are sent nevertheless", e);
        } catch (InterruptedException e) {
            // Closed. The next process registers them.
            Thread.currentThread().interrupt();
        }
    }

    /** False if nobody answers. */
    private boolean isRegistered(SchemaRegistryClient client) throws InterruptedException {
        for (Schema schema : schemas) {
            int id;
            try {
                id = client.register(schema.getFullName(), schema);
            } catch (RegistryUnavailableException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOG.warn("The schemas of the producer are not registered yet: {}", e.getMessage());
                return false;
            }
            if (id != SchemaId.of(schema)) {
                throw new IllegalStateException("Registering schema " + schema.getFullName() + ": expected id "
                        + SchemaId.of(schema) + ", which follows from its content, found " + id
                        + ". Use Lightflow's registry: others number schemas as they come, and events carry the id");
            }
        }
        return true;
    }

    void close() {
        thread.interrupt();
    }
}
