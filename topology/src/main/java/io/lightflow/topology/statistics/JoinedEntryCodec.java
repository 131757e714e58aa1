package io.lightflow.topology.statistics;

import static io.lightflow.topology.descriptor.EntryCodec.readBytes;
import static io.lightflow.topology.descriptor.EntryCodec.readString;
import static io.lightflow.topology.descriptor.EntryCodec.writeBytes;
import static io.lightflow.topology.descriptor.EntryCodec.writeString;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.statistics.UncountableEvent;
import io.lightflow.statistics.UncountedEvent;
import io.lightflow.topology.descriptor.EntryCodec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The entries of joined topics between workers. */
final class JoinedEntryCodec implements EntryCodec {
    private static final EventType[] TYPES = EventType.values();
    private static final byte FACT = 0;
    private static final byte UNCOUNTED = 1;
    private static final byte UNCOUNTABLE = 2;

    @Override
    public void write(DataOutput out, BlockEntry entry) throws IOException {
        if (entry instanceof StatisticsFact fact) {
            out.writeByte(FACT);
            out.writeLong(fact.offset());
            out.writeByte(fact.type().ordinal());
            out.writeLong(fact.time());
            writeKey(out, fact.row());
            out.writeBoolean(fact.invalid());
            out.writeLong(fact.spendMicros());
            out.writeLong(fact.revenueMicros());
        } else if (entry instanceof UncountedEvent event) {
            out.writeByte(UNCOUNTED);
            out.writeLong(event.offset());
            out.writeByte(event.type().ordinal());
            out.writeLong(event.time());
        } else if (entry instanceof UncountableEvent event) {
            out.writeByte(UNCOUNTABLE);
            out.writeLong(event.offset());
            out.writeByte(event.type().ordinal());
            writeString(out, event.reason());
            writeBytes(out, event.value());
        } else {
            throw new IllegalArgumentException("a block of joined topics holds no " + entry.getClass());
        }
    }

    @Override
    public BlockEntry read(DataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case FACT ->
                new StatisticsFact(
                        in.readLong(),
                        TYPES[in.readByte()],
                        in.readLong(),
                        readKey(in),
                        in.readBoolean(),
                        in.readLong(),
                        in.readLong());
            case UNCOUNTED -> new UncountedEvent(in.readLong(), TYPES[in.readByte()], in.readLong());
            case UNCOUNTABLE ->
                new UncountableEvent(in.readLong(), TYPES[in.readByte()], readString(in), readBytes(in));
            default -> throw new IOException("expected an entry of a joined topic, found the tag " + tag);
        };
    }

    private static void writeKey(DataOutput out, StatisticsKey key) throws IOException {
        out.writeLong(key.time());
        for (Dimension dimension : Dimension.all()) {
            writeString(out, key.get(dimension));
        }
    }

    private static StatisticsKey readKey(DataInput in) throws IOException {
        long time = in.readLong();
        String[] values = new String[Dimension.all().size()];
        for (int ordinal = 0; ordinal < values.length; ordinal++) {
            values[ordinal] = readString(in);
        }
        return StatisticsKey.ofOrdinals(time, values);
    }
}
