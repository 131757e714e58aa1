package io.lightflow.deploy.reconcile;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.Beacon;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.duckdb.DuckDBAppender;

/**
 * Turns records of topics into rows of the scratch database, with Avro's generic decoder. Beacons are no rows. A record
 * that does not decode is a row of its place only, in the hour of its timestamp. Not thread-safe.
 */
final class TopicRows {
    /** Where a record is, which every row has. */
    static final String PLACE = "topic VARCHAR, incarnation INTEGER, shard INTEGER, record_offset BIGINT";

    private static final String BEACON = Beacon.getClassSchema().getFullName();

    private final ArchiveTable table;
    private final List<EventColumn> columns;
    private final ProjectedRecord projection;
    private final int timeColumn;
    private final WriterSchemas schemas;
    private final long begin;
    private final long end;
    private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
    private BinaryDecoder decoder;

    /**
     * @param begin first ms of the time whose events become rows
     * @param end first ms after it
     */
    TopicRows(ArchiveTable table, List<EventColumn> columns, WriterSchemas schemas, long begin, long end) {
        this.table = table;
        this.columns = List.copyOf(columns);
        this.projection = new ProjectedRecord(table.event(), columns);
        this.timeColumn = columns.stream().map(EventColumn::name).toList().indexOf("event_ms");
        this.schemas = schemas;
        this.begin = begin;
        this.end = end;
    }

    /** The definition of a table for the rows. */
    static String definition(List<EventColumn> columns) {
        return "(" + PLACE + ", unreadable BOOLEAN, "
                + columns.stream().map(EventColumn::definition).collect(Collectors.joining(", ")) + ")";
    }

    /** Adds a row if the record is of the time. */
    void append(ConsumerRecord<byte[], byte[]> record, int incarnation, DuckDBAppender rows) throws SQLException {
        GenericRecord event = null;
        byte[] value = record.value();
        if (WireFormat.hasHeader(value)) {
            int id = WireFormat.schemaId(value);
            GenericDatumReader<GenericRecord> reader = reader(id);
            event = reader == null ? null : decode(reader, value);
            if (event != null && event.getSchema().getFullName().equals(BEACON)) {
                return;
            }
        }
        long time = event == null ? record.timestamp() : (long) projection.value(event, timeColumn);
        if (time < begin || time >= end) {
            return;
        }
        rows.beginRow()
                .append(record.topic())
                .append(incarnation)
                .append(record.partition())
                .append(record.offset())
                .append(event == null);
        for (int i = 0; i < columns.size(); i++) {
            append(rows, columns.get(i).type(), event == null ? null : projection.value(event, i));
        }
        rows.endRow();
    }

    private static void append(DuckDBAppender rows, EventColumn.Type type, Object value) throws SQLException {
        if (value == null) {
            rows.appendNull();
            return;
        }
        switch (type) {
            case VARCHAR -> rows.append(value.toString());
            case BIGINT -> rows.append(((Number) value).longValue());
            case INTEGER -> rows.append(((Number) value).intValue());
            case BOOLEAN -> rows.append((boolean) value);
        }
    }

    /** Null if the record does not decode. */
    private GenericRecord decode(GenericDatumReader<GenericRecord> reader, byte[] value) {
        try {
            decoder = DecoderFactory.get()
                    .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, decoder);
            GenericRecord record = reader.read(null, decoder);
            return decoder.isEnd() ? record : null;
        } catch (IOException | RuntimeException e) {
            // Avro throws whatever its classes run into.
            return null;
        }
    }

    /** Null if no event of the table has the schema. */
    private GenericDatumReader<GenericRecord> reader(int id) {
        GenericDatumReader<GenericRecord> known = readers.get(id);
        if (known != null) {
            return known;
        }
        Schema writer = schemas.byId(id);
        Schema wanted = writer == null ? null : wanted(writer.getFullName());
        if (wanted == null) {
            return null;
        }
        GenericDatumReader<GenericRecord> fresh = new GenericDatumReader<>(writer, wanted);
        readers.put(id, fresh);
        return fresh;
    }

    private Schema wanted(String name) {
        if (name.equals(BEACON)) {
            return Beacon.getClassSchema();
        }
        return name.equals(table.event().getFullName()) ? projection.schema() : null;
    }
}
