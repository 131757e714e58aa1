package io.lightflow.lab.step;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.SchemaIds;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.KeyPartitioner;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The records of one shard in the traffic of {@code lab/bench}, in one data center. */
final class ShardTraffic {
    static final int EVENTS = 240_000;
    static final String DATA_CENTER = "us-west";
    private static final int SHARDS = 8;
    private static final int BLOCK = 6_000;
    private static final Duration FAR_FUTURE = Duration.ofDays(1);

    private record Wire(EventType type, byte[] key, byte[] value, long timeMs) {}

    private final RegistrySchemas schemas = schemas();
    private final List<Wire> records = new ArrayList<>(EVENTS);

    ShardTraffic() {
        SchemaIds ids = schemas.ids();
        BodyEncoder encoder = new BodyEncoder();
        try (Feed feed = new BenchFeed(BenchFeedSettings.DEFAULT.withDcs(List.of(DATA_CENTER)))) {
            while (records.size() < EVENTS) {
                FeedEvent event = feed.next();
                byte[] key = event.key().getBytes(StandardCharsets.UTF_8);
                if (KeyPartitioner.partition(key, SHARDS) == 0) {
                    byte[] value = encoder.encodeWithHeader(
                            event.event(), ids.of(event.event().getSchema()));
                    records.add(new Wire(event.type(), key, value, event.timeMs()));
                }
            }
        }
    }

    /** The schemas of this build are known without a registry. */
    static RegistrySchemas schemas() {
        return RegistrySchemas.connect(new RegistrySection(List.of(URI.create("http://127.0.0.1:1"))));
    }

    /** Decodes the records into blocks. */
    List<Block> blocks() {
        LightEventDecoder decoder = new LightEventDecoder(schemas, FAR_FUTURE);
        Map<EventType, Long> next = new EnumMap<>(EventType.class);
        List<Block> blocks = new ArrayList<>();
        for (int from = 0; from < records.size(); from += BLOCK) {
            blocks.add(block(decoder, records.subList(from, Math.min(records.size(), from + BLOCK)), next));
        }
        return blocks;
    }

    private static Block block(LightEventDecoder decoder, List<Wire> wires, Map<EventType, Long> next) {
        Map<EventType, List<BlockEntry>> entries = new EnumMap<>(EventType.class);
        Map<EventType, Long> from = new EnumMap<>(EventType.class);
        for (EventType type : EventType.values()) {
            entries.put(type, new ArrayList<>());
            from.put(type, next.getOrDefault(type, 0L));
        }
        for (Wire wire : wires) {
            EventType type = wire.type();
            long offset = next.merge(type, 1L, Long::sum) - 1;
            entries.get(type)
                    .add(decoder.decode(type, wire.key(), wire.value(), type.ordinal(), offset, wire.timeMs()));
        }
        List<BlockPart> parts = new ArrayList<>();
        for (EventType type : EventType.values()) {
            long start = from.get(type);
            List<BlockEntry> found = entries.get(type);
            parts.add(new BlockPart(
                    type.centralTopic(DATA_CENTER),
                    type,
                    type.ordinal(),
                    start,
                    start + found.size(),
                    found.isEmpty(),
                    found));
        }
        return new Block(0, parts, wires.get(wires.size() - 1).timeMs());
    }
}
