package io.lightflow.topology.archive;

import static io.lightflow.topology.descriptor.EntryCodec.readBytes;
import static io.lightflow.topology.descriptor.EntryCodec.readString;
import static io.lightflow.topology.descriptor.EntryCodec.writeBytes;
import static io.lightflow.topology.descriptor.EntryCodec.writeString;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.TraceParent;
import io.lightflow.topology.descriptor.EntryCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The entries of the archive between workers. */
final class ArchiveEntryCodec implements EntryCodec {
    private static final byte RECORD = 0;
    private static final byte BEACON = 1;
    private static final byte TRACED_RECORD = 2;

    @Override
    public void write(DataOutput out, BlockEntry entry) throws IOException {
        if (entry instanceof ArchiveRecord record) {
            out.writeByte(record.trace() == null ? RECORD : TRACED_RECORD);
            out.writeLong(record.offset());
            out.writeLong(record.timestampMs());
            writeBytes(out, record.key());
            writeBytes(out, record.value());
            if (record.trace() != null) {
                writeBytes(out, record.trace().toBytes());
            }
        } else if (entry instanceof BeaconMark beacon) {
            out.writeByte(BEACON);
            out.writeLong(beacon.offset());
            out.writeLong(beacon.time());
            writeString(out, beacon.producer());
        } else {
            throw new IllegalArgumentException("a block of the archive holds no " + entry.getClass());
        }
    }

    @Override
    public BlockEntry read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case RECORD -> new ArchiveRecord(in.readLong(), in.readLong(), readBytes(in), readBytes(in), null);
            case TRACED_RECORD ->
                new ArchiveRecord(
                        in.readLong(),
                        in.readLong(),
                        readBytes(in),
                        readBytes(in),
                        TraceParent.parse(readBytes(in)).orElse(null));
            case BEACON -> new BeaconMark(in.readLong(), in.readLong(), readString(in));
            default -> throw new IOException("expected an entry of the archive, found the tag " + tag);
        };
    }
}
