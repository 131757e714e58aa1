package io.lightflow.join;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.BodyReader;
import io.lightflow.event.EventType;
import io.lightflow.event.GeneratedRecords;
import io.lightflow.event.Impression;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Resolves stored bodies from the schemas that they were written with to the compiled ones. A body of the compiled
 * schema, the common case, is returned as it is. Not thread-safe.
 */
final class StoredBodies {
    private static final EventType[] TYPES = EventType.values();

    private final WriterSchemas schemas;
    private final Schema[] compiled = new Schema[TYPES.length];
    private final int[] compiledIds = new int[TYPES.length];
    private final Map<Long, BodyReader<SpecificRecord>> readers = new HashMap<>();
    private final BodyEncoder encoder = new BodyEncoder();
    private final ArrayDecoder decoder = new ArrayDecoder();

    StoredBodies(SchemaIds ids, WriterSchemas schemas) {
        this.schemas = schemas;
        for (EventType type : TYPES) {
            compiled[type.ordinal()] = GeneratedRecords.schema(type);
            compiledIds[type.ordinal()] = ids.of(compiled[type.ordinal()]);
        }
    }

    /** Id of the schema that new bodies have. */
    int compiledId(EventType type) {
        return compiledIds[type.ordinal()];
    }

    /**
     * The event's body in the compiled schema.
     *
     * @throws UnreadableBodyException if its schema is unknown or cannot be resolved
     * @throws WriterSchemas.SchemasUnavailableException if its schema is unavailable now
     */
    byte[] compiled(EventType type, StoredEvent event) throws UnreadableBodyException {
        if (event.schemaId() == compiledIds[type.ordinal()]) {
            return event.body();
        }
        BodyReader<SpecificRecord> reader = reader(type, event.schemaId());
        return reader.asCompiled() ? event.body() : encoder.encode(read(reader, type, event));
    }

    /**
     * The decoded impression.
     *
     * @throws UnreadableBodyException if its schema is unknown or cannot be resolved
     * @throws WriterSchemas.SchemasUnavailableException if its schema is unavailable now
     */
    Impression impression(StoredEvent event) throws UnreadableBodyException {
        return (Impression) read(reader(EventType.IMPRESSION, event.schemaId()), EventType.IMPRESSION, event);
    }

    private SpecificRecord read(BodyReader<SpecificRecord> reader, EventType type, StoredEvent event)
            throws UnreadableBodyException {
        try {
            return reader.read(decoder.over(event.body(), 0));
        } catch (IOException | RuntimeException e) {
            // Avro throws many kinds of exceptions. Only the bytes and the schemas can be the cause here.
            throw new UnreadableBodyException(
                    "expected a stored " + name(type) + " that resolves to the current schema, found " + event.id()
                            + " of schema " + event.schemaId() + ": " + e.getMessage(),
                    e);
        }
    }

    private BodyReader<SpecificRecord> reader(EventType type, int schemaId) throws UnreadableBodyException {
        long cacheKey = (long) type.ordinal() << 32 | schemaId & 0xffffffffL;
        BodyReader<SpecificRecord> known = readers.get(cacheKey);
        if (known != null) {
            return known;
        }
        Schema writer = writer(type, schemaId);
        if (writer == null) {
            // Not cached: the schema may be registered at any moment.
            throw new UnreadableBodyException(
                    "expected a stored " + name(type) + " of a registered schema, found schema " + schemaId, null);
        }
        BodyReader<SpecificRecord> created = new BodyReader<>(writer, compiled[type.ordinal()]);
        readers.put(cacheKey, created);
        return created;
    }

    private Schema writer(EventType type, int schemaId) {
        if (schemaId == compiledId(type)) {
            return compiled[type.ordinal()];
        }
        return schemaId == FormerSchemas.idOf(type) ? FormerSchemas.of(type) : schemas.byId(schemaId);
    }

    private static String name(EventType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }
}
