package io.lightflow.topology.simulation;

import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.TopicLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The light topics of the central cluster, and the mirrors that copy them from the front clusters. */
final class CentralCluster implements Source {

    /** A topic from its creation to its deletion. */
    private static final class Life {
        final int incarnation;
        final List<TopicLog> partitions = new ArrayList<>();
        /** Number of records copied from the front cluster, by partition. */
        final int[] copied;

        Life(int incarnation, List<TopicLog> fronts) {
            this.incarnation = incarnation;
            this.copied = new int[fronts.size()];
            fronts.forEach(front -> partitions.add(new TopicLog(front.topic(), front.type(), incarnation)));
        }
    }

    private final Map<String, List<TopicLog>> fronts = new TreeMap<>();
    private final SortedMap<String, EventType> types = new TreeMap<>();
    private final Map<String, Life> topics = new TreeMap<>();
    private final Map<Integer, Life> lives = new HashMap<>();
    private final Set<String> cutDcs = new HashSet<>();
    private int nextIncarnation;

    /** @param streams records of the front clusters, by shard */
    CentralCluster(List<Stream> streams, int firstIncarnation) {
        nextIncarnation = firstIncarnation;
        for (Stream stream : streams) {
            for (TopicLog front : stream.topics()) {
                fronts.computeIfAbsent(front.topic(), absent -> new ArrayList<>())
                        .add(front);
                types.put(front.topic(), front.type());
            }
        }
        fronts.keySet().forEach(this::make);
    }

    private void make(String topic) {
        Life life = new Life(nextIncarnation++, fronts.get(topic));
        topics.put(topic, life);
        lives.put(life.incarnation, life);
    }

    /** Copies a random number of records, up to a limit, in each partition of a data center. */
    void mirror(String dc, int most, Random random) {
        if (cutDcs.contains(dc)) {
            return;
        }
        fronts.forEach((topic, partitions) -> {
            if (topic.startsWith(dc + ".")) {
                for (int shard = 0; shard < partitions.size(); shard++) {
                    copy(topic, shard, random.nextInt(most + 1), random);
                }
            }
        });
    }

    private void copy(String topic, int shard, int count, Random random) {
        Life life = topics.get(topic);
        TopicLog to = life.partitions.get(shard);
        var records = fronts.get(topic).get(shard).entries();
        for (int i = 0; i < count && life.copied[shard] < records.size(); i++) {
            to.append(records.get(life.copied[shard]++));
            if (random.nextInt(6) == 0) {
                to.markers(1);
            }
        }
    }

    /**
     * Goes back by a random number of records, up to a limit, in each partition of a data center. These records will be
     * delivered again.
     */
    void mirrorAgain(String dc, int most, Random random) {
        fronts.forEach((topic, partitions) -> {
            if (topic.startsWith(dc + ".")) {
                int[] copied = topics.get(topic).copied;
                for (int shard = 0; shard < copied.length; shard++) {
                    copied[shard] = Math.max(0, copied[shard] - random.nextInt(most + 1));
                }
            }
        });
    }

    /** Deletes and recreates a topic. It is then refilled from the beginning. */
    void rebuild(String topic, Random random) {
        make(topic);
        topics.get(topic).partitions.forEach(partition -> partition.markers(random.nextInt(3)));
    }

    void cut(String dc) {
        cutDcs.add(dc);
    }

    void heal(String dc) {
        cutDcs.remove(dc);
    }

    /** The topics, ordered by name. */
    List<String> names() {
        return List.copyOf(topics.keySet());
    }

    /** The partition of a former or current incarnation of a topic. */
    TopicLog partition(int incarnation, int shard) {
        return lives.get(incarnation).partitions.get(shard);
    }

    @Override
    public SortedMap<String, EventType> topics() {
        return types;
    }

    @Override
    public Map<String, Integer> incarnations() {
        Map<String, Integer> incarnations = new TreeMap<>();
        topics.forEach((topic, life) -> incarnations.put(topic, life.incarnation));
        return incarnations;
    }

    @Override
    public BlockPart read(String topic, int shard, long from, long most) {
        TopicLog log = topics.get(topic).partitions.get(shard);
        return log.part(from, Math.max(from, Math.min(log.end(), from + most)));
    }

    @Override
    public long end(String topic, int shard) {
        return topics.get(topic).partitions.get(shard).end();
    }

    /** Whether the mirrors have copied everything. */
    boolean isComplete() {
        return topics.entrySet().stream().allMatch(topic -> {
            List<TopicLog> partitions = fronts.get(topic.getKey());
            for (int shard = 0; shard < partitions.size(); shard++) {
                if (topic.getValue().copied[shard]
                        < partitions.get(shard).entries().size()) {
                    return false;
                }
            }
            return true;
        });
    }
}
