package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.GeneratedRecords;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** A join store in memory that stores cells as another build would have written them. Not thread-safe. */
public final class OtherBuildStore implements JoinStore {
    private static final StoredCells CELLS = new StoredCells(JoinSettings.defaults("any"));

    private final MemoryJoinStore store = new MemoryJoinStore();
    private Build build = CURRENT;

    /** Turns the cells of this build into those of another one. */
    public interface Build {
        NewCell rewrite(NewCell cell);

        EventCell rewrite(EventCell cell);

        default StoreWrite rewrite(StoreWrite write) {
            return new StoreWrite(
                    write.shard(),
                    write.cells().stream().map(this::rewrite).toList(),
                    write.events().stream().map(this::rewrite).toList());
        }
    }

    /** This build. */
    public static final Build CURRENT = new Build() {
        @Override
        public NewCell rewrite(NewCell cell) {
            return cell;
        }

        @Override
        public EventCell rewrite(EventCell cell) {
            return cell;
        }
    };

    /** The builds whose cells tell neither schema, rules nor takeover. */
    public static final Build FORMER = new Build() {
        @Override
        public NewCell rewrite(NewCell cell) {
            EventType type = typeOf(cell);
            if (type == null) {
                return cell;
            }
            StoredEvent event = read(type, cell);
            return new NewCell(cell.row(), formerKey(cell.key()), formerValue(event));
        }

        @Override
        public EventCell rewrite(EventCell cell) {
            return cell.type() == EventType.TAG
                    ? withValue(cell, 0, cell.value())
                    : withValue(cell, 0, formerValue(CELLS.impression(cell)));
        }
    };

    private static EventCell withValue(EventCell cell, int takeover, byte[] value) {
        return new EventCell(
                cell.type(), cell.joinKey(), cell.id(), cell.time(), takeover, cell.seenAt(), cell.origin(), value);
    }

    private static byte[] formerValue(StoredEvent event) {
        return ByteBuffer.allocate(Long.BYTES + event.body().length)
                .putLong(event.producedMs())
                .put(event.body())
                .array();
    }

    private static byte[] formerKey(byte[] key) {
        return Cells.timedCell(key[0], Cells.timeOf(key), Cells.idOf(key), 0, Cells.seenAt(key), Cells.origin(key));
    }

    /**
     * A build whose schemas differ.
     *
     * @param schemas receives its schemas
     * @param change turns a schema of this build into one of the other
     */
    public static Build withSchemas(TestSchemas schemas, UnaryOperator<Schema> change) {
        Map<EventType, Integer> ids = new EnumMap<>(EventType.class);
        for (EventType type : List.of(EventType.IMPRESSION, EventType.CLICK, EventType.CONVERSION)) {
            ids.put(type, schemas.register(change.apply(compiled(type))));
        }
        return new Build() {
            @Override
            public NewCell rewrite(NewCell cell) {
                EventType type = typeOf(cell);
                return type == null ? cell : new NewCell(cell.row(), cell.key(), rewritten(type, read(type, cell)));
            }

            @Override
            public EventCell rewrite(EventCell cell) {
                return cell.type() == EventType.TAG
                        ? cell
                        : withValue(cell, cell.takeover(), rewritten(cell.type(), CELLS.impression(cell)));
            }

            private byte[] rewritten(EventType type, StoredEvent event) {
                byte[] body = resolved(event.body(), compiled(type), schemas.byId(ids.get(type)));
                return value(type, event, ids.get(type), body);
            }
        };
    }

    private static Schema compiled(EventType type) {
        return GeneratedRecords.schema(type);
    }

    private static byte[] value(EventType type, StoredEvent event, int schemaId, byte[] body) {
        return switch (type) {
            case IMPRESSION ->
                CellValue.impression(schemaId, event.producedMs(), event.traffic(), event.impression(), body);
            case CLICK ->
                CellValue.click(schemaId, event.producedMs(), event.traffic(), event.rules(), event.click(), body);
            case CONVERSION ->
                CellValue.conversion(
                        schemaId, event.producedMs(), event.traffic(), event.rules(), event.conversion(), body);
            case TAG -> throw new IllegalArgumentException("the cells of tags have no body");
        };
    }

    private static byte[] resolved(byte[] body, Schema from, Schema to) {
        try {
            Object record = new GenericDatumReader<>(from, to)
                    .read(null, DecoderFactory.get().binaryDecoder(body, null));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<>(to).write(record, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The type of the event in the cell of a row; null if the cell has no body. */
    private static EventType typeOf(NewCell cell) {
        byte kind = cell.key()[0];
        if (cell.row()[0] == 'k' && kind == Cells.CLICK) {
            return EventType.CLICK;
        }
        return cell.row()[0] == 'k' && kind == Cells.CONVERSION ? EventType.CONVERSION : null;
    }

    private static StoredEvent read(EventType type, NewCell cell) {
        Cell read = new Cell(cell.key(), cell.value());
        return type == EventType.CLICK ? CELLS.click(read) : CELLS.conversion(read);
    }

    /** From now on, cells are written as by this build. */
    public void writeAs(Build other) {
        build = other;
    }

    @Override
    public StoreReader reader(int shard) {
        return store.reader(shard);
    }

    @Override
    public void write(List<StoreWrite> writes) {
        store.write(writes.stream().map(build::rewrite).toList());
    }

    @Override
    public void close() {
        store.close();
    }
}
