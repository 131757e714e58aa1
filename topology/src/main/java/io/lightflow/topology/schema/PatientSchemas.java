package io.lightflow.topology.schema;

import io.lightflow.event.WriterSchemas;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits a while for a schema that the registry does not know: producers do not wait for its registration. During this
 * grace the schema counts as unavailable, so reading is repeated. Then its records are rejected.
 *
 * <p>One id at a time has a grace. After one that was in vain, all unknown ids are rejected at once for ten times as
 * long, so that a stream of random ids cannot stop its shards. Used by one thread.
 */
public final class PatientSchemas implements WriterSchemas {
    private static final Logger LOG = LoggerFactory.getLogger(PatientSchemas.class);
    private static final int REST_FACTOR = 10;
    /** A grace that nobody has asked about for so long has ended: reading continues elsewhere. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

    private final WriterSchemas schemas;
    private final Duration grace;
    private final InstantSource clock;
    /** Null if no id has a grace. */
    private Grace current;

    private long noGraceBeforeMs = Long.MIN_VALUE;

    private static final class Grace {
        final int id;
        final long sinceMs;
        long askedMs;

        Grace(int id, long nowMs) {
            this.id = id;
            this.sinceMs = nowMs;
            this.askedMs = nowMs;
        }
    }

    public PatientSchemas(WriterSchemas schemas, Duration grace, InstantSource clock) {
        this.schemas = schemas;
        this.grace = grace;
        this.clock = clock;
    }

    /** @throws SchemasUnavailableException also while the grace of the id lasts */
    @Override
    public Schema byId(int id) {
        Schema known = schemas.byId(id);
        if (known == null) {
            waitFor(id);
        } else if (current != null && current.id == id) {
            current = null;
            LOG.info("The registry knows schema {} now", id);
        }
        return known;
    }

    private void waitFor(int id) {
        long now = clock.millis();
        // An id below 1 is none that a registry gives.
        if (id < 1 || now < noGraceBeforeMs) {
            return;
        }
        if (current == null || now - current.askedMs > FORGOTTEN_AFTER.toMillis()) {
            current = new Grace(id, now);
        }
        if (now - current.sinceMs >= grace.toMillis()) {
            LOG.warn("The registry did not learn schema {} within {}: its records are rejected", current.id, grace);
            current = null;
            noGraceBeforeMs = now + REST_FACTOR * grace.toMillis();
            return;
        }
        current.askedMs = now;
        throw new SchemasUnavailableException(
                "schema " + id + " is not registered; its records are rejected unless it is within "
                        + Durations.format(grace),
                null);
    }
}
