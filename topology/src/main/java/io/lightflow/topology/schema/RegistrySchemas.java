package io.lightflow.topology.schema;

import io.lightflow.event.Beacon;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.Tag;
import io.lightflow.event.WriterSchemas;
import io.lightflow.registry.client.RegistryUnavailableException;
import io.lightflow.registry.client.SchemaNotFoundException;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.topology.settings.RegistrySection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The schemas of writers, from the registry. A subject has the name of its record, since a topic holds events and
 * beacons. Thread-safe.
 */
public final class RegistrySchemas implements WriterSchemas {
    private static final List<Schema> COMPILED = List.of(
            Impression.getClassSchema(),
            Click.getClassSchema(),
            Conversion.getClassSchema(),
            Tag.getClassSchema(),
            Beacon.getClassSchema(),
            JoinedImpression.getClassSchema(),
            JoinedClick.getClassSchema(),
            JoinedConversion.getClassSchema(),
            JoinedTag.getClassSchema(),
            OrphanClick.getClassSchema(),
            RejectedEvent.getClassSchema());

    private final SchemaRegistryClient client;

    public RegistrySchemas(SchemaRegistryClient client) {
        this.client = client;
        COMPILED.forEach(client::preload);
    }

    public static RegistrySchemas connect(RegistrySection settings) {
        return new RegistrySchemas(new SchemaRegistryClient(RegistryAccess.clientSettings(settings)));
    }

    @Override
    public Schema byId(int id) {
        try {
            return client.schemaById(id);
        } catch (SchemaNotFoundException e) {
            return null;
        } catch (RegistryUnavailableException e) {
            throw new SchemasUnavailableException("schema " + id + " cannot be had now: " + e.getMessage(), e);
        }
    }

    /** The ids of the compiled schemas. They follow from the schemas, so the registry may be unavailable. */
    public SchemaIds ids() {
        Map<String, Integer> ids = new HashMap<>();
        COMPILED.forEach(schema -> ids.put(schema.getFullName(), client.preload(schema)));
        return new SchemaIds(ids);
    }

    /**
     * The compiled schemas that the registry has no version of, by name. It asks the registry.
     *
     * @throws RegistryUnavailableException if the registry is unavailable
     */
    public List<String> missing() {
        return COMPILED.stream()
                .map(Schema::getFullName)
                .filter(this::isMissing)
                .toList();
    }

    private boolean isMissing(String subject) {
        try {
            client.latest(subject);
            return false;
        } catch (SchemaNotFoundException e) {
            return true;
        }
    }

    /** Registers the compiled schemas for readers and writers. */
    public void register() {
        COMPILED.forEach(schema -> client.register(schema.getFullName(), schema));
    }
}
