package io.lightflow.topology.stores;

import io.lightflow.event.Block;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.rebuild.ShardRebuild;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.PollBudget;
import io.lightflow.topology.kafka.PollLimiter;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads the light topics of one shard up to the ledger. */
final class LightLog {
    private static final int MAX_RECORDS_PER_POLL = 2_000;
    private static final Duration PROGRESS_TIMEOUT = Duration.ofMinutes(2);

    private final GroupSettings settings;
    private final int shard;
    private final SortedMap<String, Integer> incarnations = new TreeMap<>();
    private final SortedMap<String, Long> oldest = new TreeMap<>();
    private final SortedMap<String, Long> ends = new TreeMap<>();

    private LightLog(GroupSettings settings, int shard) {
        this.settings = settings;
        this.shard = shard;
    }

    /** @throws IllegalStateException if a topic is missing */
    static LightLog of(GroupSettings settings, int shard) {
        LightLog log = new LightLog(settings, shard);
        KafkaClients clients = new KafkaClients(settings.kafka());
        try (Admin admin = clients.admin("lightflow-rebuild-" + settings.group() + "-" + shard)) {
            for (String topic : DataflowTopology.INSTANCE.topics(settings).keySet()) {
                var found = TopicSetup.describe(admin, List.of(topic)).get(topic);
                if (found == null) {
                    throw new IllegalStateException("topic " + topic + " does not exist");
                }
                log.incarnations.put(topic, TopicSetup.incarnation(found));
                log.oldest.put(topic, log.offset(admin, topic, OffsetSpec.earliest()));
                log.ends.put(topic, log.offset(admin, topic, OffsetSpec.latest()));
            }
        }
        return log;
    }

    private long offset(Admin admin, String topic, OffsetSpec spec) {
        TopicPartition partition = new TopicPartition(topic, shard);
        try {
            ListOffsetsResultInfo found = admin.listOffsets(
                            Map.of(partition, spec), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .partitionResult(partition)
                    .get();
            return found.offset();
        } catch (ExecutionException e) {
            throw new KafkaException("looking up the offsets of " + partition + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The position of a store that has nothing, before the oldest records that exist. */
    Position begin() {
        SortedMap<String, TopicPosition> topics = new TreeMap<>();
        incarnations.forEach((topic, incarnation) -> topics.put(
                topic, new TopicPosition(List.of(new Incarnation(incarnation, oldest.get(topic))), Position.NO_TIME)));
        return new Position(topics, Position.NO_TIME, 0, Position.START.books());
    }

    /** Offset of the oldest record that exists, by topic. */
    SortedMap<String, Long> oldest() {
        return oldest;
    }

    /** The incarnations that exist, by topic. */
    SortedMap<String, Integer> incarnations() {
        return incarnations;
    }

    /**
     * Reads everything that the ledger has and the rebuild has not.
     *
     * @throws SettingsException if records are missing
     */
    void readInto(ShardRebuild rebuild) {
        incarnations.forEach((topic, incarnation) -> requireRecords(rebuild, topic, incarnation));
        if (isDone(rebuild)) {
            return;
        }
        try (ShardReader reader = reader()) {
            requireReady(reader);
            reader.seek(Map.of(shard, rebuild.position()));
            long deadline = System.nanoTime() + PROGRESS_TIMEOUT.toNanos();
            while (!isDone(rebuild)) {
                Position before = rebuild.position();
                if (!reader.isReady()) {
                    throw new IllegalStateException(
                            "a light topic of group " + settings.group() + " was deleted or recreated meanwhile");
                }
                reader.poll().forEach(block -> add(rebuild, block));
                if (!rebuild.position().topics().equals(before.topics())) {
                    deadline = System.nanoTime() + PROGRESS_TIMEOUT.toNanos();
                } else if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("reading shard " + shard + " of group " + settings.group()
                            + " makes no progress since " + PROGRESS_TIMEOUT + "; it has come to "
                            + next(rebuild.position()));
                }
            }
        }
    }

    private static void add(ShardRebuild rebuild, Block block) {
        try {
            BackoffRetrier.real(LoopObserver.NONE).untilAvailable("the rebuild of shard " + block.shard(), () -> {
                rebuild.add(block);
                return null;
            });
        } catch (GapException e) {
            throw new IllegalStateException(
                    "records were deleted by retention while they were read; run the command again", e);
        }
    }

    private ShardReader reader() {
        KafkaClients clients = new KafkaClients(settings.kafka());
        String clientId = "lightflow-rebuild-" + settings.group() + "-" + shard;
        PollLimiter limiter = new PollLimiter();
        return new ShardReader(
                clients.consumer(clientId, MAX_RECORDS_PER_POLL, limiter),
                limiter,
                PollBudget.ofProcess(),
                clients.admin(clientId + "-lookup"),
                DataflowTopology.INSTANCE.topics(settings),
                settings.shards(),
                List.of(shard),
                settings.pace(),
                // A record that was rejected for its schema id is rejected again at once.
                DataflowTopology.decoder(settings, Duration.ZERO),
                InstantSource.system());
    }

    private static void requireReady(ShardReader reader) {
        reader.isReady();
        if (!reader.canSeek()) {
            throw new IllegalStateException("a light topic was deleted meanwhile");
        }
    }

    private boolean isDone(ShardRebuild rebuild) {
        return incarnations.entrySet().stream()
                .allMatch(incarnation -> rebuild.has(incarnation.getKey(), incarnation.getValue()));
    }

    private void requireRecords(ShardRebuild rebuild, String topic, int incarnation) {
        long next = rebuild.position().nextOffset(topic, incarnation);
        long until = rebuild.target().nextOffset(topic, incarnation);
        if (next < until && next < oldest.get(topic)) {
            throw new SettingsException(
                    "the checkpoint ends before the oldest record of " + topic + "-" + shard + ": it has read up to "
                            + next + ", the oldest record is at " + oldest.get(topic)
                            + ". Fill a new store with: lightflow rebuild-store --settings FILE",
                    null);
        }
        if (ends.get(topic) < until) {
            throw new SettingsException(
                    topic + "-" + shard + " ends at offset " + ends.get(topic) + ", but the ledger has read up to "
                            + until + "; records at its end were lost, so the store cannot be rebuilt",
                    null);
        }
    }

    private Map<String, Long> next(Position position) {
        Map<String, Long> next = new HashMap<>();
        incarnations.forEach((topic, incarnation) -> next.put(topic, position.nextOffset(topic, incarnation)));
        return next;
    }
}
