package io.lightflow.topology.archive;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.Beacon;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BodyReader;
import io.lightflow.event.EventType;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.TraceHeader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Tells beacons from events, and leaves the events encoded: the thread that writes a file copies their fields into its
 * columns. Used by one thread.
 */
final class ArchiveEntryDecoder implements EntryDecoder {
    private static final String BEACON = Beacon.getClassSchema().getFullName();

    private final WriterSchemas schemas;
    /** By schema id, the reader of beacons; empty for a schema of events. */
    private final Map<Integer, BodyReader<Beacon>> beacons = new HashMap<>();

    private final ArrayDecoder decoder = new ArrayDecoder();

    ArchiveEntryDecoder(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    @Override
    public BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        BodyReader<Beacon> reader = WireFormat.hasHeader(value) ? beaconReader(WireFormat.schemaId(value)) : null;
        if (reader != null) {
            try {
                Beacon beacon = reader.read(decoder.over(value, WireFormat.HEADER_BYTES));
                return new BeaconMark(record.offset(), beacon.getTime(), beacon.getProducer());
            } catch (IOException e) {
                return setAside(type, record, new IllegalArgumentException(e));
            }
        }
        return archived(record);
    }

    private BodyReader<Beacon> beaconReader(int schemaId) {
        if (beacons.containsKey(schemaId)) {
            return beacons.get(schemaId);
        }
        Schema writer = schemas.byId(schemaId);
        if (writer == null) {
            return null;
        }
        BodyReader<Beacon> reader =
                writer.getFullName().equals(BEACON) ? new BodyReader<>(writer, Beacon.getClassSchema()) : null;
        beacons.put(schemaId, reader);
        return reader;
    }

    /** A damaged beacon becomes a row, like every record that does not decode. */
    @Override
    public BlockEntry setAside(EventType type, ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
        return archived(record);
    }

    private static ArchiveRecord archived(ConsumerRecord<byte[], byte[]> record) {
        return new ArchiveRecord(
                record.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                TraceHeader.of(record).orElse(null));
    }
}
