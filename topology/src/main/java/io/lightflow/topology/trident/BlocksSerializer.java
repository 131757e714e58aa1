package io.lightflow.topology.trident;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Rejection;
import io.lightflow.position.Origin;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.statistics.UncountedEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries blocks from a spout's task to the loop's task when Storm has put the two into different workers. Within a
 * worker blocks are handed over as they are.
 */
public final class BlocksSerializer extends Serializer<Blocks> {
    private static final EventType[] TYPES = EventType.values();
    private static final byte EVENT = 0;
    private static final byte BEACON = 1;
    private static final byte REJECTION = 2;
    private static final byte FACT = 3;
    private static final byte UNCOUNTED = 4;

    @Override
    public void write(Kryo kryo, Output out, Blocks blocks) {
        out.writeInt(blocks.blocks().size(), true);
        for (Block block : blocks.blocks()) {
            out.writeInt(block.shard(), true);
            out.writeLong(block.readMs());
            out.writeInt(block.parts().size(), true);
            for (BlockPart part : block.parts()) {
                out.writeString(part.topic());
                out.writeByte(part.type().ordinal());
                out.writeInt(part.incarnation());
                out.writeLong(part.from(), true);
                out.writeLong(part.to(), true);
                out.writeBoolean(part.idle());
                out.writeInt(part.entries().size(), true);
                part.entries().forEach(entry -> write(out, entry));
            }
        }
    }

    private static void write(Output out, BlockEntry entry) {
        if (entry instanceof LightEvent event) {
            out.writeByte(EVENT);
            out.writeByte(event.type().ordinal());
            out.writeInt(event.origin().incarnation());
            out.writeLong(event.offset(), true);
            out.writeString(event.joinKey());
            out.writeLong(event.producedMs());
            writeBytes(out, event.body());
        } else if (entry instanceof BeaconMark beacon) {
            out.writeByte(BEACON);
            out.writeLong(beacon.offset(), true);
            out.writeLong(beacon.time());
        } else if (entry instanceof Rejection rejection) {
            out.writeByte(REJECTION);
            out.writeLong(rejection.offset(), true);
            writeBytes(out, rejection.key());
            writeBytes(out, rejection.value());
            out.writeString(rejection.reason());
            out.writeLong(rejection.producedMs());
        } else if (entry instanceof StatisticsFact fact) {
            out.writeByte(FACT);
            out.writeLong(fact.offset(), true);
            out.writeByte(fact.type().ordinal());
            out.writeLong(fact.time());
            writeKey(out, fact.row());
            out.writeBoolean(fact.invalid());
            out.writeLong(fact.spendMicros());
            out.writeLong(fact.revenueMicros());
        } else if (entry instanceof UncountedEvent event) {
            out.writeByte(UNCOUNTED);
            out.writeLong(event.offset(), true);
            out.writeByte(event.type().ordinal());
            out.writeLong(event.time());
        } else {
            throw new IllegalArgumentException("a block holds no " + entry.getClass());
        }
    }

    @Override
    public Blocks read(Kryo kryo, Input in, Class<? extends Blocks> type) {
        int count = in.readInt(true);
        List<Block> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int shard = in.readInt(true);
            long readMs = in.readLong();
            int partCount = in.readInt(true);
            List<BlockPart> parts = new ArrayList<>(partCount);
            for (int p = 0; p < partCount; p++) {
                parts.add(readPart(in));
            }
            blocks.add(new Block(shard, parts, readMs));
        }
        return new Blocks(blocks);
    }

    private static BlockPart readPart(Input in) {
        String topic = in.readString();
        EventType type = TYPES[in.readByte()];
        int incarnation = in.readInt();
        long from = in.readLong(true);
        long to = in.readLong(true);
        boolean idle = in.readBoolean();
        int count = in.readInt(true);
        List<BlockEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(readEntry(in));
        }
        return new BlockPart(topic, type, incarnation, from, to, idle, entries);
    }

    private static BlockEntry readEntry(Input in) {
        return switch (in.readByte()) {
            case EVENT -> {
                EventType type = TYPES[in.readByte()];
                Origin origin = new Origin(in.readInt(), in.readLong(true));
                yield LightEvent.of(type, in.readString(), origin, in.readLong(), readBytes(in));
            }
            case BEACON -> new BeaconMark(in.readLong(true), in.readLong());
            case REJECTION ->
                new Rejection(in.readLong(true), readBytes(in), readBytes(in), in.readString(), in.readLong());
            case FACT ->
                new StatisticsFact(
                        in.readLong(true),
                        TYPES[in.readByte()],
                        in.readLong(),
                        readKey(in),
                        in.readBoolean(),
                        in.readLong(),
                        in.readLong());
            default -> new UncountedEvent(in.readLong(true), TYPES[in.readByte()], in.readLong());
        };
    }

    private static void writeKey(Output out, StatisticsKey key) {
        out.writeLong(key.time());
        for (Dimension dimension : Dimension.all()) {
            out.writeString(key.get(dimension));
        }
    }

    private static StatisticsKey readKey(Input in) {
        long time = in.readLong();
        String[] values = new String[Dimension.all().size()];
        for (int ordinal = 0; ordinal < values.length; ordinal++) {
            values[ordinal] = in.readString();
        }
        return StatisticsKey.ofOrdinals(time, values);
    }

    private static void writeBytes(Output out, byte[] bytes) {
        out.writeInt(bytes == null ? 0 : bytes.length + 1, true);
        if (bytes != null) {
            out.writeBytes(bytes);
        }
    }

    private static byte[] readBytes(Input in) {
        int length = in.readInt(true);
        return length == 0 ? null : in.readBytes(length - 1);
    }
}
