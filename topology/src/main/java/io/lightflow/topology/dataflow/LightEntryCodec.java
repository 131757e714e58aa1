package io.lightflow.topology.dataflow;

import static io.lightflow.topology.descriptor.EntryCodec.readBytes;
import static io.lightflow.topology.descriptor.EntryCodec.readString;
import static io.lightflow.topology.descriptor.EntryCodec.writeBytes;
import static io.lightflow.topology.descriptor.EntryCodec.writeString;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Origin;
import io.lightflow.event.Rejection;
import io.lightflow.topology.descriptor.EntryCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The entries of light topics between workers. */
final class LightEntryCodec implements EntryCodec {
    private static final EventType[] TYPES = EventType.values();
    private static final byte EVENT = 0;
    private static final byte BEACON = 1;
    private static final byte REJECTION = 2;

    @Override
    public void write(DataOutput out, BlockEntry entry) throws IOException {
        if (entry instanceof LightEvent event) {
            out.writeByte(EVENT);
            out.writeByte(event.type().ordinal());
            out.writeInt(event.origin().incarnation());
            out.writeLong(event.offset());
            writeString(out, event.joinKey());
            out.writeLong(event.producedMs());
            writeBytes(out, event.body());
        } else if (entry instanceof BeaconMark beacon) {
            out.writeByte(BEACON);
            out.writeLong(beacon.offset());
            out.writeLong(beacon.time());
            writeString(out, beacon.producer());
        } else if (entry instanceof Rejection rejection) {
            out.writeByte(REJECTION);
            out.writeLong(rejection.offset());
            writeBytes(out, rejection.key());
            writeBytes(out, rejection.value());
            writeString(out, rejection.reason());
            out.writeLong(rejection.producedMs());
        } else {
            throw new IllegalArgumentException("a block of light topics holds no " + entry.getClass());
        }
    }

    @Override
    public BlockEntry read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case EVENT -> {
                EventType type = TYPES[in.readByte()];
                Origin origin = new Origin(in.readInt(), in.readLong());
                yield LightEvent.of(type, readString(in), origin, in.readLong(), readBytes(in));
            }
            case BEACON -> new BeaconMark(in.readLong(), in.readLong(), readString(in));
            case REJECTION -> new Rejection(in.readLong(), readBytes(in), readBytes(in), readString(in), in.readLong());
            default -> throw new IOException("expected an entry of a light topic, found the tag " + tag);
        };
    }
}
