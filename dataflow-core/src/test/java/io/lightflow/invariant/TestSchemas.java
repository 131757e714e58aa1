package io.lightflow.invariant;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** A registry on the heap. It starts with the compiled schemas, and ids begin at 1. */
public final class TestSchemas implements WriterSchemas {
    private final List<Schema> schemas = new ArrayList<>();

    public TestSchemas() {
        schemas.addAll(List.of(
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
                RejectedEvent.getClassSchema()));
    }

    /** Registers a schema, whose name may be taken, and returns its id. */
    public synchronized int register(Schema schema) {
        schemas.add(schema);
        return schemas.size();
    }

    /** The id of a compiled schema. */
    public synchronized int id(Schema schema) {
        return 1 + schemas.indexOf(schema);
    }

    @Override
    public synchronized Schema byId(int id) {
        return id >= 1 && id <= schemas.size() ? schemas.get(id - 1) : null;
    }

    /** The ids of the schemas that Lightflow writes. */
    public synchronized SchemaIds ids() {
        Map<String, Integer> ids = new HashMap<>();
        for (int i = 0; i < schemas.size(); i++) {
            ids.putIfAbsent(schemas.get(i).getFullName(), i + 1);
        }
        return new SchemaIds(ids);
    }
}
