package io.lightflow.lab.bench;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.KeyPartitioner;
import io.lightflow.position.Position;
import io.lightflow.store.EventCell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.dataflow.OpenStore;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Fills an empty join store with impressions of the 30 days before those of the bench, with its join keys. The step
 * makes the cells of a sample, and the others are copies of these with other ids, join keys and times. They count as
 * ingested once the topology has read the first record of a shard.
 */
final class LiveImpressions {
    private static final Duration AGE = Duration.ofDays(30);
    private static final int SAMPLE = 10_000;
    private static final int WRITE = 25_000;

    private final GroupSettings settings;
    private final RegistrySchemas schemas;
    private final BenchFeedSettings feed;
    private final int incarnation;
    private final SplittableRandom random;

    /** @param incarnation of the central topic of impressions of the feed's first data center */
    LiveImpressions(GroupSettings settings, RegistrySchemas schemas, BenchFeedSettings feed, int incarnation) {
        this.settings = settings;
        this.schemas = schemas;
        this.feed = feed;
        this.incarnation = incarnation;
        this.random = new SplittableRandom(feed.seed());
    }

    /** @param diskBytes size of the store's directory */
    record Filled(long events, double seconds, long diskBytes) {}

    Filled fill(long count, int shards) {
        long begin = System.nanoTime();
        OpenStore open = OpenStore.of(settings);
        try (JoinStore store = open.cells()) {
            List<EventCell> sample = sample(store);
            for (long written = 0; written < count; written += WRITE) {
                store.write(writes(sample, (int) Math.min(WRITE, count - written), shards));
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Filled(count, seconds, size(settings.store().rocksdb().directory()));
    }

    private List<EventCell> sample(JoinStore store) {
        String dc = feed.dcs().get(0);
        LightEventDecoder decoder = new LightEventDecoder(schemas, AGE);
        BodyEncoder encoder = new BodyEncoder();
        List<BlockEntry> entries = new ArrayList<>(SAMPLE);
        try (Feed events = new BenchFeed(feed.withCount(Long.MAX_VALUE))) {
            while (entries.size() < SAMPLE) {
                FeedEvent event = events.next();
                if (event.type() == EventType.IMPRESSION) {
                    entries.add(decoder.decode(
                            event.type(),
                            event.key().getBytes(StandardCharsets.UTF_8),
                            encoder.encodeWithHeader(
                                    event.event(),
                                    schemas.ids().of(event.event().getSchema())),
                            incarnation,
                            0,
                            event.timeMs()));
                }
            }
        }
        BlockPart part = new BlockPart(
                EventType.IMPRESSION.centralTopic(dc), EventType.IMPRESSION, incarnation, 0, SAMPLE, false, entries);
        StepResult result = new JoinStep(settings.joinSettings(), new LastClick(), schemas.ids(), schemas)
                .run(Position.START, new Block(0, List.of(part), feed.start().toEpochMilli()), 1, store);
        return result.events();
    }

    private List<StoreWrite> writes(List<EventCell> sample, int count, int shards) {
        List<List<EventCell>> cells = IntStream.range(0, shards)
                .<List<EventCell>>mapToObj(shard -> new ArrayList<>(2 * count / shards))
                .toList();
        for (int i = 0; i < count; i++) {
            byte[] key = BenchFeed.key(random.nextInt(feed.cookies())).getBytes(StandardCharsets.UTF_8);
            byte[] id = (Long.toHexString(random.nextLong()) + "-" + Integer.toHexString(random.nextInt()))
                    .getBytes(StandardCharsets.UTF_8);
            long time = feed.start().toEpochMilli() - random.nextLong(AGE.toMillis());
            EventCell like = sample.get(random.nextInt(sample.size()));
            cells.get(KeyPartitioner.partition(key, shards))
                    .add(new EventCell(
                            like.type(), key, id, time, like.takeover(), like.seenAt(), like.origin(), like.value()));
        }
        return IntStream.range(0, shards)
                .mapToObj(shard -> new StoreWrite(shard, List.of(), cells.get(shard)))
                .toList();
    }

    private static long size(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the size of " + directory + " failed: " + e, e);
        }
    }
}
