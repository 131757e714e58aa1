package io.lightflow.topology.trident;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.EntryCodec;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries blocks from a spout's task to the loop's task if Storm has put the two into different workers. Within a
 * worker, Storm passes blocks by reference.
 */
public final class BlocksSerializer extends Serializer<Blocks> {
    private static final EventType[] TYPES = EventType.values();

    @Override
    public void write(Kryo kryo, Output out, Blocks blocks) {
        EntryCodec codec = Topologies.named(blocks.topology()).entryCodec();
        DataOutput entries = new DataOutputStream(out);
        // The other worker cannot tell when it is done.
        blocks.end().come();
        out.writeString(blocks.topology());
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
                out.writeInt(part.leaderEpoch());
                out.writeInt(part.entries().size(), true);
                try {
                    for (BlockEntry entry : part.entries()) {
                        codec.write(entries, entry);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException("a block of " + part.topic() + " cannot be written", e);
                }
            }
        }
    }

    @Override
    public Blocks read(Kryo kryo, Input in, Class<? extends Blocks> type) {
        String topology = in.readString();
        EntryCodec codec = Topologies.named(topology).entryCodec();
        int count = in.readInt(true);
        List<Block> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int shard = in.readInt(true);
            long readMs = in.readLong();
            int partCount = in.readInt(true);
            List<BlockPart> parts = new ArrayList<>(partCount);
            for (int p = 0; p < partCount; p++) {
                parts.add(readPart(in, codec));
            }
            blocks.add(new Block(shard, parts, readMs));
        }
        return new Blocks(topology, blocks);
    }

    private static BlockPart readPart(Input in, EntryCodec codec) {
        String topic = in.readString();
        EventType type = TYPES[in.readByte()];
        int incarnation = in.readInt();
        long from = in.readLong(true);
        long to = in.readLong(true);
        boolean idle = in.readBoolean();
        int leaderEpoch = in.readInt();
        int count = in.readInt(true);
        List<BlockEntry> entries = new ArrayList<>(count);
        DataInput source = new DataInputStream(in);
        try {
            for (int i = 0; i < count; i++) {
                entries.add(codec.read(source));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a block of " + topic + " cannot be read", e);
        }
        return new BlockPart(topic, type, incarnation, from, to, idle, entries, leaderEpoch);
    }
}
