package io.lightflow.lab.aerospike;

import com.aerospike.client.AerospikeClient;
import com.aerospike.client.Info;
import com.aerospike.client.cluster.Node;
import com.aerospike.client.policy.InfoPolicy;
import io.lightflow.attribution.LastClick;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.lab.feed.BenchFeed;
import io.lightflow.lab.feed.BenchFeedSettings;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import io.lightflow.position.Position;
import io.lightflow.store.EventCell;
import io.lightflow.store.NewCell;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.aerospike.Traffic;
import io.lightflow.topology.settings.AerospikeCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * What an impression costs in Aerospike: runs the join over the traffic of {@code lab/bench} (94% impressions, 5%
 * clicks, 1% conversions, 0.1% twice), or over iPinYou logs, and asks the server what it holds more than before.
 * Arguments: HOST:PORT, namespace, and then either events, cookies and days (impressions are spread evenly over both,
 * so that cookies that come at all on a day are hit by a Poisson distribution), or the folder of the logs. A server of
 * its own is needed, with {@code replication-factor 1}.
 */
final class AerospikeFootprint {
    private static final int BLOCK = 6_000;
    private static final Set<String> SHOWN =
            Set.of("objects", "data_used_bytes", "index_used_bytes", "blocks written", "blocks to write");
    private static final Duration DAY = Duration.ofDays(1);

    private final TestSchemas schemas = new TestSchemas();
    private final Map<EventType, Long> next = new EnumMap<>(EventType.class);
    private long impressions;
    private long bodyBytes;
    private long cells;
    private long cellBytes;

    public static void main(String[] arguments) throws IOException {
        AerospikeCluster cluster = AerospikeCluster.of(arguments[0], arguments[1]);
        try (Feed feed = feed(arguments)) {
            new AerospikeFootprint().run(cluster, feed);
        }
    }

    private static Feed feed(String[] arguments) throws IOException {
        if (arguments.length == 3) {
            List<DcGroup> groups = List.of(new DcGroup("us", List.of("us")));
            return IPinYouFeed.open(Path.of(arguments[2]), MissingImpressions.DERIVE, groups);
        }
        return new BenchFeed(BenchFeedSettings.DEFAULT
                .withCount(Long.parseLong(arguments[2]))
                .withCookies(Integer.parseInt(arguments[3]))
                .withDcs(List.of("us"))
                .withTimes(Instant.parse("2026-01-01T00:00:00Z"), DAY.multipliedBy(Integer.parseInt(arguments[4]))));
    }

    private void run(AerospikeCluster cluster, Feed feed) {
        JoinSettings settings = JoinSettings.defaults("us");
        JoinStep step = new JoinStep(settings, new LastClick(), schemas.ids(), schemas);
        Map<String, Double> before = state(cluster);
        long began = System.nanoTime();
        Position position = Position.START;
        try (AerospikeJoinStore store = AerospikeJoinStore.open(cluster.withSet(newSet()), settings.retention())) {
            for (long txid = 1; feed.hasNext(); txid++) {
                StepResult result = step.run(position, block(feed), txid, store);
                store.write(List.of(result.write(0)));
                position = result.position();
                for (NewCell cell : result.cells()) {
                    cells++;
                    cellBytes += cell.key().length + cell.value().length;
                }
                for (EventCell cell : result.events()) {
                    cells++;
                    cellBytes += cell.id().length + cell.value().length;
                }
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Double> after = state(cluster);
        for (int tries = 0; after.get("blocks to write") > 0 && tries < 60; tries++) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            after = state(cluster);
        }
        System.out.println(feed.name());
        System.out.println(position.books());
        System.out.printf(
                "%,d impressions of %.0f bytes; %.3f cells of %.0f bytes for each; %,.0f s; %s%n",
                impressions,
                (double) bodyBytes / impressions,
                (double) cells / impressions,
                (double) cellBytes / cells,
                seconds,
                Traffic.now());
        for (String key : SHOWN) {
            double more = after.get(key) - before.getOrDefault(key, 0.0);
            System.out.printf("%-20s %,16.0f   %8.3f for an impression%n", key, more, more / impressions);
        }
    }

    private Block block(Feed feed) {
        Map<EventType, List<BlockEntry>> entries = new EnumMap<>(EventType.class);
        for (int taken = 0; taken < BLOCK && feed.hasNext(); taken++) {
            FeedEvent event = feed.next();
            long offset = next.merge(event.type(), 1L, Long::sum) - 1;
            SampleEvent draft = SampleEvent.of(event.key(), event.event());
            Origin origin = new Origin(event.type().ordinal(), offset);
            entries.computeIfAbsent(event.type(), absent -> new ArrayList<>()).add(draft.at(origin));
            if (event.type() == EventType.IMPRESSION) {
                impressions++;
                bodyBytes += draft.body().length;
            }
        }
        List<BlockPart> parts = new ArrayList<>();
        for (EventType type : EventType.values()) {
            List<BlockEntry> found = entries.getOrDefault(type, List.of());
            long to = next.getOrDefault(type, 0L);
            parts.add(new BlockPart(
                    type.centralTopic("us"), type, type.ordinal(), to - found.size(), to, found.isEmpty(), found));
        }
        return new Block(0, parts, 0);
    }

    /** As short as the name of a group, since every record holds it. */
    private static String newSet() {
        return "f" + Long.toString(System.currentTimeMillis() / 1000 % 46_656, 36);
    }

    /** Summed over all nodes. What is written to a device is written in blocks of 8 MiB. */
    private static Map<String, Double> state(AerospikeCluster cluster) {
        String[] host = cluster.hosts().get(0).split(":");
        Map<String, Double> state = new HashMap<>();
        try (AerospikeClient client = new AerospikeClient(host[0], Integer.parseInt(host[1]))) {
            for (Node node : client.getNodes()) {
                String answer = Info.request(new InfoPolicy(), node, "namespace/" + cluster.namespace());
                for (String pair : answer.split(";")) {
                    String[] sides = pair.split("=", 2);
                    String key = sides[0].replaceFirst(".*]\\.(defrag_)?writes", "blocks written")
                            .replaceFirst(".*]\\.(write|defrag)_q", "blocks to write");
                    if (SHOWN.contains(key)) {
                        state.merge(key, Double.parseDouble(sides[1]), Double::sum);
                    }
                }
            }
        }
        return state;
    }
}
