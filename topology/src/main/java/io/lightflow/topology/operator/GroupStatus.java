package io.lightflow.topology.operator;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.CutOffLogs;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Looks up the shards of a topology. Keeps its connections; not thread-safe. */
public final class GroupStatus implements AutoCloseable {
    private final GroupSettings settings;
    private final TopologyDescriptor topology;
    private final KafkaClients clients;
    private final Admin admin;
    private final ShardPositions positions;

    public GroupStatus(GroupSettings settings, TopologyDescriptor topology) {
        this.settings = settings;
        this.topology = topology;
        this.clients = new KafkaClients(settings.kafka());
        this.admin = clients.admin("lightflow-status-" + settings.group());
        this.positions = topology.positions(settings);
    }

    /**
     * The shards by rising number. The ends of the topics are looked up before the ledger is read. So a lag of 0 means
     * that everything that existed at the time of the call is committed.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if the ledger is unavailable
     * @throws KafkaException if the central cluster is unavailable
     */
    public List<ShardStatus> shards() {
        Map<String, TopicDescription> topics =
                TopicSetup.describe(admin, topology.topics(settings).keySet());
        Map<TopicPartition, Long> begins = offsets(topics, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(topics, OffsetSpec.latest());
        Map<Integer, Position> ledger =
                positions.read(IntStream.range(0, settings.shards()).boxed().toList());
        List<ShardStatus> shards = new ArrayList<>();
        ledger.forEach((shard, position) -> shards.add(status(shard, position, topics, begins, ends)));
        return shards;
    }

    private static ShardStatus status(
            int shard,
            Position position,
            Map<String, TopicDescription> topics,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends) {
        long lag = 0;
        ShardStatus.Gap gap = null;
        for (Map.Entry<String, TopicDescription> topic : topics.entrySet()) {
            TopicPartition partition = new TopicPartition(topic.getKey(), shard);
            long next = position.nextOffset(topic.getKey(), TopicSetup.incarnation(topic.getValue()));
            lag += Math.max(0, ends.get(partition) - next);
            if (next < begins.get(partition)) {
                gap = new ShardStatus.Gap(topic.getKey(), next, begins.get(partition));
            }
        }
        return new ShardStatus(shard, position, lag, gap);
    }

    /**
     * Why shards cannot be read because the log of a topic-partition was cut off, by shard.
     *
     * @param shards what {@link #shards} returned
     * @throws KafkaException if the central cluster is unavailable
     */
    public SortedMap<Integer, String> cutOff(List<ShardStatus> shards) {
        Map<TopicPartition, Incarnation> read = new HashMap<>();
        TopicSetup.describe(admin, topology.topics(settings).keySet()).forEach((name, topic) -> {
            for (ShardStatus shard : shards) {
                TopicPosition position = shard.position().topics().get(name);
                if (position != null && position.current().id() == TopicSetup.incarnation(topic)) {
                    read.put(new TopicPartition(name, shard.shard()), position.current());
                }
            }
        });
        SortedMap<Integer, String> reasons = new TreeMap<>();
        try (Consumer<byte[], byte[]> consumer = clients.consumer("lightflow-status-" + settings.group(), 1)) {
            CutOffLogs.find(consumer, read)
                    .forEach((partition, end) -> reasons.put(
                            partition.partition(),
                            partition + " has been read up to offset "
                                    + read.get(partition).nextOffset() + ", but its log was cut off at offset "
                                    + end));
        }
        return reasons;
    }

    private Map<TopicPartition, Long> offsets(Map<String, TopicDescription> topics, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        topics.forEach((name, topic) -> topic.partitions()
                .forEach(partition -> wanted.put(new TopicPartition(name, partition.partition()), spec)));
        try {
            Map<TopicPartition, ListOffsetsResultInfo> found = admin.listOffsets(
                            wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get();
            Map<TopicPartition, Long> offsets = new HashMap<>();
            found.forEach((partition, info) -> offsets.put(partition, info.offset()));
            return offsets;
        } catch (ExecutionException e) {
            throw new KafkaException("looking up offsets failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The books of all shards together. */
    public static Books books(List<ShardStatus> shards) {
        Books sum = Books.EMPTY;
        for (ShardStatus shard : shards) {
            sum = sum.plus(shard.position().books());
        }
        return sum;
    }

    @Override
    public void close() {
        positions.close();
        admin.close();
    }
}
