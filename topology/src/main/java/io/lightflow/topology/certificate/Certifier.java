package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.postgres.HourOfStatistics;
import io.lightflow.topology.postgres.StatisticsReader;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Certifies hours of a group: counts them again from the topics, and compares. It only reads, so the topologies keep
 * working meanwhile. Keeps its connections; not thread-safe.
 */
final class Certifier implements AutoCloseable {
    /** Beacons move a watermark every second; without them it may stand still. */
    private static final Duration WATERMARK_MOVE_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration WATERMARK_POLL_INTERVAL = Duration.ofMillis(200);

    private final GroupSettings settings;
    private final RegistrySchemas schemas;
    private final PartitionReader central;
    private final Map<String, PartitionReader> fronts = new TreeMap<>();
    private final ShardPositions joins;
    private final StatisticsReader statistics;
    private final GroupNodes nodes;
    private final CountDownLatch never = new CountDownLatch(1);

    Certifier(GroupSettings settings) {
        String name = "lightflow-certify-" + settings.group();
        this.settings = settings;
        this.schemas = RegistrySchemas.connect(settings.registry());
        this.central = new PartitionReader(settings.kafka(), name);
        settings.fronts().forEach((dc, front) -> fronts.put(dc, new PartitionReader(front.kafka(), name + "-" + dc)));
        this.joins = DataflowTopology.INSTANCE.positions(settings);
        this.statistics = StatisticsTopology.reader(settings);
        this.nodes = GroupNodes.connect(settings, DataflowTopology.INSTANCE);
    }

    private List<Integer> allShards() {
        return IntStream.range(0, settings.shards()).boxed().toList();
    }

    /**
     * The beginning of the newest hour that is closed: every shard's watermark is past its end, in both topologies.
     *
     * @throws HourNotClosedException if there is none
     */
    Instant newestClosed() {
        Map<Integer, Position> joined = joins.read(allShards());
        long least = Long.MAX_VALUE;
        try (ShardPositions counts = StatisticsTopology.INSTANCE.positions(settings)) {
            for (Map<Integer, Position> positions : List.of(joined, counts.read(allShards()))) {
                for (Position position : positions.values()) {
                    least = Math.min(least, position.watermark());
                }
            }
        }
        if (least == Position.NO_TIME) {
            throw new HourNotClosedException(
                    "no hour is closed yet: not every shard of group " + settings.group() + " has a watermark");
        }
        return Instant.ofEpochMilli(least).truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);
    }

    /**
     * Certifies an hour.
     *
     * @param hour its beginning
     * @param shards the shards to count; PostgreSQL is compared only if these are all
     * @throws HourNotClosedException if it is not closed yet
     */
    Certificate certify(Instant hour, List<Integer> shards) {
        long begin = hour.toEpochMilli();
        Map<Integer, Position> counted = joins.read(allShards());
        requireClosed(hour, DataflowTopology.INSTANCE, counted);
        HourOfStatistics stored = statistics.hour(hour);
        Map<Integer, Position> summed = new TreeMap<>();
        allShards()
                .forEach(shard -> summed.put(
                        shard,
                        stored.positions()
                                .getOrDefault(settings.group(), new TreeMap<>())
                                .getOrDefault(shard, Position.START)));
        requireClosed(hour, StatisticsTopology.INSTANCE, summed);
        Map<Integer, Position> decided = afterTimers(counted);

        SortedMap<String, EventType> light = GroupTopics.light(settings);
        PossibleRules rules = new PossibleRules(settings.group(), nodes.submittedRules(Instant.now()), settings.join());
        Duration farFuture = rules.farFuture(begin);
        RecordReading reading = new RecordReading(schemas, farFuture, light);
        TopicsOfGroup topics = TopicsOfGroup.lookUp(central.admin(), settings);
        ShardHourAudit audit = new ShardHourAudit(topics, rules, farFuture, reading, central, fronts);
        HourRows rows = new HourRows(schemas, begin);
        List<ShardCertificate> certificates = new ArrayList<>();
        for (int shard : shards) {
            certificates.add(
                    audit.count(shard, begin, counted.get(shard), decided.get(shard), summed.get(shard), rows));
        }
        return new Certificate(
                settings.group(),
                hour,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                List.copyOf(fronts.keySet()),
                settings.dataCenters().stream()
                        .filter(dc -> !fronts.containsKey(dc))
                        .toList(),
                certificates,
                shards.size() == settings.shards() ? compare(begin, rows, stored) : null);
    }

    private void requireClosed(Instant hour, TopologyDescriptor topology, Map<Integer, Position> positions) {
        long end = hour.toEpochMilli() + Statistics.HOUR_MS;
        positions.forEach((shard, position) -> {
            if (position.watermark() < end) {
                throw new HourNotClosedException("the hour " + hour + " is not closed yet: shard " + shard + " of "
                        + topology.name()
                        + (position.watermark() == Position.NO_TIME
                                ? " has no watermark"
                                : " has come to " + Instant.ofEpochMilli(position.watermark()))
                        + ", and must be past " + Instant.ofEpochMilli(end));
            }
        });
    }

    /**
     * Positions with greater watermarks than the given ones, so that everything that waited only for the next watermark
     * is decided. A watermark that stands still is taken as it is.
     */
    private Map<Integer, Position> afterTimers(Map<Integer, Position> before) {
        long deadline = System.nanoTime() + WATERMARK_MOVE_TIMEOUT.toNanos();
        while (true) {
            Map<Integer, Position> now = joins.read(allShards());
            boolean moved = now.entrySet().stream()
                    .allMatch(shard -> shard.getValue().watermark()
                            > before.get(shard.getKey()).watermark());
            if (moved || System.nanoTime() - deadline > 0) {
                return now;
            }
            pause(WATERMARK_POLL_INTERVAL);
        }
    }

    /** Waits; an interrupt ends it. */
    void pause(Duration time) {
        try {
            never.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Other groups may be counted into the same rows; their joined topics are on the same cluster. */
    private RowsCertificate compare(long begin, HourRows rows, HourOfStatistics stored) {
        stored.positions().forEach((group, positions) -> {
            if (!group.equals(settings.group())) {
                sumUp(outputsOf(group), positions, begin, rows);
            }
        });
        return RowComparison.compare(
                rows.sum(), stored, List.copyOf(stored.positions().keySet()));
    }

    private SortedMap<String, TopicsOfGroup.Output> outputsOf(String group) {
        try {
            return TopicsOfGroup.outputs(central.admin(), group);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "group " + group
                            + " is counted into the same rows of PostgreSQL, but cannot be read; certify each shard"
                            + " with --shard to leave PostgreSQL out",
                    e);
        }
    }

    private void sumUp(
            SortedMap<String, TopicsOfGroup.Output> outputs,
            SortedMap<Integer, Position> positions,
            long begin,
            HourRows rows) {
        outputs.forEach((name, topic) -> {
            if (topic.counted() == null) {
                return;
            }
            List<TopicPartition> partitions = positions.keySet().stream()
                    .map(shard -> new TopicPartition(name, shard))
                    .toList();
            Map<TopicPartition, Offsets> found = central.open(
                    partitions,
                    ShardHourAudit.outputsSince(begin, settings.join().farFuture()));
            for (TopicPartition partition : partitions) {
                long to = positions.get(partition.partition()).nextOffset(name, topic.incarnation());
                central.read(
                        partition,
                        found.get(partition).since(),
                        to,
                        record -> rows.take(topic.counted(), name, record.offset(), record.value()));
            }
        });
    }

    @Override
    public void close() {
        fronts.values().forEach(PartitionReader::close);
        central.close();
        joins.close();
        statistics.close();
        nodes.close();
    }
}
