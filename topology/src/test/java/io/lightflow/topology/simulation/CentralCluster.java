package io.lightflow.topology.simulation;

import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.TopicLog;
import io.lightflow.position.TopicPosition.Incarnation;
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
        /** The logs that were cut off, as they were before, by partition. */
        final Map<Integer, TopicLog> cutOff = new HashMap<>();
        /** First offsets of the second leaders, by partition. */
        final Map<Integer, Long> secondLeaders = new HashMap<>();
        /** Number of records copied from the front cluster, by partition. */
        final int[] copied;

        Life(int incarnation, List<TopicLog> fronts) {
            this.incarnation = incarnation;
            this.copied = new int[fronts.size()];
            fronts.forEach(front -> partitions.add(new TopicLog(front.topic(), front.type(), incarnation)));
        }

        /**
         * The epoch of the leader that wrote what lies before an offset. A log that was cut off has a second leader.
         */
        int leaderEpoch(int shard, long offset) {
            if (offset == 0) {
                return Incarnation.NO_EPOCH;
            }
            return cutOff.containsKey(shard) && offset > newLeaderFrom(shard) ? 1 : 0;
        }

        long newLeaderFrom(int shard) {
            return secondLeaders.get(shard);
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

    /**
     * Cuts off the last records that a shard has read of a topic, and all after them, as an unclean leader election
     * does. The mirror fills new records in at their offsets.
     *
     * @param read offset up to which the shard has read the present incarnation
     */
    void cutOff(String topic, int shard, long read, int records) {
        Life life = topics.get(topic);
        if (read > 0 && !life.cutOff.containsKey(shard)) {
            TopicLog log = life.partitions.get(shard);
            life.cutOff.put(shard, log);
            long end = Math.max(0, read - records);
            life.secondLeaders.put(shard, end);
            life.partitions.set(shard, log.until(end));
        }
    }

    /** Deletes the topics whose logs were cut off, and fills them again. */
    void repair(Random random) {
        names().stream().filter(topic -> !topics.get(topic).cutOff.isEmpty()).forEach(topic -> rebuild(topic, random));
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

    /** The partition of a former or current incarnation of a topic, with all that could ever be read of it. */
    TopicLog partition(int incarnation, int shard) {
        Life life = lives.get(incarnation);
        return life.cutOff.getOrDefault(shard, life.partitions.get(shard));
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
        Life life = topics.get(topic);
        TopicLog log = life.partitions.get(shard);
        BlockPart part = log.part(from, Math.max(from, Math.min(log.end(), from + most)));
        return new BlockPart(
                part.topic(),
                part.type(),
                part.incarnation(),
                part.from(),
                part.to(),
                part.idle(),
                part.entries(),
                life.leaderEpoch(shard, part.to()));
    }

    @Override
    public boolean isCutOff(String topic, int shard, long offset, int leaderEpoch) {
        Life life = topics.get(topic);
        return leaderEpoch == 0 && life.cutOff.containsKey(shard) && offset > life.newLeaderFrom(shard);
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
