package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.Beacon;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** Decodes records into fields by path, as the archive has them in columns. Not thread-safe. */
final class RecordDecoder {
    private final WriterSchemas schemas;
    private final ArrayDecoder decoder = new ArrayDecoder();
    private final Map<Integer, Schema> writers = new HashMap<>();
    private final Map<String, GenericDatumReader<GenericRecord>> readers = new HashMap<>();

    RecordDecoder(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    boolean isBeacon(byte[] value) {
        Schema writer = writer(value);
        return writer != null
                && writer.getFullName().equals(Beacon.getClassSchema().getFullName());
    }

    /** The fields of a record; empty if it does not decode. */
    Map<String, Object> fields(ArchiveTable kind, byte[] value) {
        Schema writer = writer(value);
        if (writer == null || !writer.getFullName().equals(kind.event().getFullName())) {
            return Map.of();
        }
        GenericDatumReader<GenericRecord> reader = readers.computeIfAbsent(
                kind + "/" + WireFormat.schemaId(value), absent -> new GenericDatumReader<>(writer, kind.event()));
        try {
            GenericRecord record = reader.read(null, decoder.over(value, WireFormat.HEADER_BYTES));
            Map<String, Object> fields = new HashMap<>();
            flatten(record, "", fields);
            return decoder.isEnd() ? fields : Map.of();
        } catch (IOException | RuntimeException e) {
            // Avro throws whatever its classes run into. The record is damaged, and the join must have rejected it.
            return Map.of();
        }
    }

    /** Null if the record has no header, or the registry does not tell its schema. */
    private Schema writer(byte[] value) {
        if (!WireFormat.hasHeader(value)) {
            return null;
        }
        return writers.computeIfAbsent(WireFormat.schemaId(value), id -> {
            try {
                return schemas.byId(id);
            } catch (WriterSchemas.SchemasUnavailableException e) {
                return null;
            }
        });
    }

    private static void flatten(GenericRecord record, String path, Map<String, Object> fields) {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            String name = path + field.name();
            if (value instanceof GenericRecord nested) {
                flatten(nested, name + ".", fields);
            } else if (value instanceof ByteBuffer buffer) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                fields.put(name, bytes);
            } else if (value instanceof Number || value instanceof Boolean) {
                fields.put(name, value);
            } else if (value != null) {
                fields.put(name, value.toString());
            }
        }
    }
}
