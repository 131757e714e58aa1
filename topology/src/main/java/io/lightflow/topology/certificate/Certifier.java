package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.topology.certificate.PartitionReader.Offsets;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.ShardPositions;
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
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * Certifies hours of a group: counts them again from the topics, and compares. It only reads, so the topologies keep
 * working meanwhile. Keeps its connections; not thread-safe.
 */
final class Certifier implements AutoCloseable {
    private final GroupSettings settings;
    private final RegistrySchemas schemas;
    private final PartitionReader central;
    private final Map<String, PartitionReader> fronts = new TreeMap<>();
    private final ShardPositions joins;
    private final StatisticsReader statistics;
    private final GroupNodes nodes;

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
        try (ShardPositions counts = StatisticsTopology.INSTANCE.positions(settings)) {
            return ClosedHours.newest(settings.group(), List.of(joins.read(allShards()), counts.read(allShards())));
        }
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
        ClosedHours.require(hour, DataflowTopology.INSTANCE, counted);
        HourOfStatistics stored = statistics.hour(hour);
        Map<Integer, Position> summed = new TreeMap<>();
        allShards()
                .forEach(shard -> summed.put(
                        shard,
                        stored.positions()
                                .getOrDefault(settings.group(), new TreeMap<>())
                                .getOrDefault(shard, Position.START)));
        ClosedHours.require(hour, StatisticsTopology.INSTANCE, summed);
        Map<Integer, Position> decided = ClosedHours.afterTimers(joins, counted);

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
