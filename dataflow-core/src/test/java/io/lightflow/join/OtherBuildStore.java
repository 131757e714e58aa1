package io.lightflow.join;

import io.lightflow.event.EventType;
import io.lightflow.event.GeneratedRecords;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.store.Cell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
    private final MemoryJoinStore store = new MemoryJoinStore();
    private Build build = CURRENT;

    /** Turns the cells of this build into those of another one. */
    @FunctionalInterface
    public interface Build {
        NewCell rewrite(NewCell cell);
    }

    /** This build. */
    public static final Build CURRENT = cell -> cell;

    /** The builds whose cells tell neither schema, rules nor takeover. */
    public static final Build FORMER = cell -> {
        EventType type = typeOf(cell);
        byte[] key = cell.key();
        if (type == null) {
            return cell.row()[0] == 'd' ? new NewCell(cell.row(), formerKey(key), cell.value()) : cell;
        }
        StoredEvent event = read(type, cell);
        ByteBuffer value =
                ByteBuffer.allocate(2 * Long.BYTES + event.body().length).putLong(event.producedMs());
        if (type == EventType.IMPRESSION) {
            value.putLong(event.time());
        }
        value.put(event.body());
        return new NewCell(cell.row(), formerKey(key), Arrays.copyOf(value.array(), value.position()));
    };

    private static byte[] formerKey(byte[] key) {
        byte tag = key[0];
        return tag == Cells.CLICK || tag == Cells.CONVERSION
                ? Cells.timedCell(tag, Cells.timeOf(key), Cells.idOf(key), 0, Cells.seenAt(key), Cells.origin(key))
                : Cells.idCell(tag, Cells.idOf(key), 0, Cells.seenAt(key), Cells.origin(key));
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
        return cell -> {
            EventType type = typeOf(cell);
            if (type == null) {
                return cell;
            }
            StoredEvent event = read(type, cell);
            byte[] body = resolved(event.body(), compiled(type), schemas.byId(ids.get(type)));
            return new NewCell(cell.row(), cell.key(), value(type, event, ids.get(type), body));
        };
    }

    private static Schema compiled(EventType type) {
        return GeneratedRecords.schema(type);
    }

    private static byte[] value(EventType type, StoredEvent event, int schemaId, byte[] body) {
        return switch (type) {
            case IMPRESSION -> CellValue.impression(schemaId, event.producedMs(), event.time(), body);
            case CLICK -> CellValue.click(schemaId, event.producedMs(), event.rules(), event.click(), body);
            case CONVERSION ->
                CellValue.conversion(schemaId, event.producedMs(), event.rules(), event.conversion(), body);
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

    /** The type of the event in the cell; null if the cell has no body. */
    private static EventType typeOf(NewCell cell) {
        byte row = cell.row()[0];
        byte kind = cell.key()[0];
        if (row == 'k' && kind == Cells.CLICK) {
            return EventType.CLICK;
        } else if (row == 'k' && kind == Cells.CONVERSION) {
            return EventType.CONVERSION;
        }
        return row == 'd' && kind == Cells.IMPRESSION ? EventType.IMPRESSION : null;
    }

    private static StoredEvent read(EventType type, NewCell cell) {
        StoredCells cells = new StoredCells(JoinSettings.defaults("any"));
        Cell read = new Cell(cell.key(), cell.value());
        return switch (type) {
            case IMPRESSION -> cells.impression(read);
            case CLICK -> cells.click(read);
            case CONVERSION -> cells.conversion(read);
            case TAG -> throw new IllegalArgumentException("the cells of tags have no body");
        };
    }

    /** From now on, cells are written as by this build. */
    public void writeAs(Build other) {
        build = other;
    }

    @Override
    public List<Row> read(List<RowRange> ranges) {
        return store.read(ranges);
    }

    @Override
    public void write(List<NewCell> cells) {
        store.write(cells.stream().map(build::rewrite).toList());
    }

    @Override
    public void close() {
        store.close();
    }
}
