package io.lightflow.topology.simulation;

import io.lightflow.event.WriterSchemas;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.avro.Schema;

/** A schema registry that is unavailable from time to time. Thread-safe. */
final class UnreliableRegistry implements WriterSchemas {
    private final WriterSchemas schemas;
    private final InstantSource clock;
    private volatile long availableFromMs;

    UnreliableRegistry(WriterSchemas schemas, InstantSource clock) {
        this.schemas = schemas;
        this.clock = clock;
    }

    /** Gives no answer from now on, for some time. */
    void fail(Duration time) {
        availableFromMs = Math.max(availableFromMs, clock.millis() + time.toMillis());
    }

    @Override
    public Schema byId(int id) {
        if (clock.millis() < availableFromMs) {
            throw new SchemasUnavailableException("the registry is unavailable", null);
        }
        return schemas.byId(id);
    }
}
