package io.lightflow.topology.kafka;

import io.lightflow.event.BeaconMark;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.topology.settings.PaceSection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the shards of one task into blocks. A block has a part for every topic of the group, with the range of offsets
 * that was polled, whatever records were in it.
 *
 * <p>Not thread-safe.
 */
public final class ShardReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardReader.class);
    private static final Duration LOOKUP_INTERVAL = Duration.ofSeconds(5);
    private static final Duration MAX_POLL_WAIT = Duration.ofMillis(200);
    /** How long a poll waits for more records when enough to fill the blocks are known to exist. */
    private static final Duration ARRIVAL_WAIT = Duration.ofMillis(20);
    /**
     * How long a poll waits for the answer to the request that the poll before has sent. What a consumer returns first
     * may have been fetched long before.
     */
    private static final Duration FRESH_WAIT = Duration.ofMillis(5);
    /** A poll does not continue for fewer. */
    private static final int FEW_RECORDS = 256;

    private static final int MAX_HALVINGS = 20;
    /** A task lags if this share of a full batch is unread. */
    private static final int LAG_SHARE = 8;

    private final Consumer<byte[], byte[]> consumer;
    private final PollLimiter limiter;
    private final PollBudget.Share budget;
    private final Admin admin;
    private final SortedMap<String, EventType> topics;
    private final int partitions;
    private final List<Integer> shards;
    private final PaceSection pace;
    private final EntryDecoder decoder;
    private final InstantSource clock;

    private final Map<String, Integer> incarnations = new HashMap<>();
    private final EventTimeSkew skew;
    private final SetAsideLog setAside;
    /** Leader epochs at the consumer's positions. */
    private final Map<TopicPartition, Integer> leaderEpochs = new HashMap<>();
    /** Shards that are not read. */
    private final TruncatedShards truncated;

    private long lookedUpMs = Long.MIN_VALUE;
    private boolean ready;
    /** Whether the next blocks are the first ones since {@link #seek}. */
    private boolean sought;
    /** Whether the last poll left much. */
    private boolean behind;
    /** Topics that the log says are missing. */
    private Set<String> missingTopics = Set.of();

    /**
     * @param consumer deserializes values with the limiter
     * @param budget what the tasks of the process may hold
     * @param topics the topics to read, with the type of event in each
     * @param partitions how many partitions each of them must have
     * @param shards the partitions to read
     */
    public ShardReader(
            Consumer<byte[], byte[]> consumer,
            PollLimiter limiter,
            PollBudget budget,
            Admin admin,
            SortedMap<String, EventType> topics,
            int partitions,
            Collection<Integer> shards,
            PaceSection pace,
            EntryDecoder decoder,
            InstantSource clock) {
        this.consumer = consumer;
        this.limiter = limiter;
        this.budget = budget.share(pace.batchesInFlight());
        this.admin = admin;
        this.topics = new TreeMap<>(topics);
        this.partitions = partitions;
        this.shards = List.copyOf(shards);
        this.pace = pace;
        this.decoder = decoder;
        this.clock = clock;
        this.setAside = new SetAsideLog(LOG, clock);
        this.skew = new EventTimeSkew(consumer, pace, clock);
        this.truncated = new TruncatedShards(clock);
    }

    /**
     * Whether all topics exist and are the same as before. Looks them up now and then; {@link #poll} checks its topics
     * in any case.
     *
     * @return true if nothing has changed; false if a topic is missing, or {@link #seek} must be called first
     */
    public boolean isReady() {
        long now = clock.millis();
        if (lookedUpMs != Long.MIN_VALUE && now - lookedUpMs < LOOKUP_INTERVAL.toMillis()) {
            return ready;
        }
        lookedUpMs = now;
        Map<String, TopicDescription> found = TopicSetup.describe(admin, topics.keySet());
        if (found.size() < topics.size()) {
            Set<String> missing = new HashSet<>(topics.keySet());
            missing.removeAll(found.keySet());
            if (!missing.equals(missingTopics)) {
                LOG.warn("Waiting for topics that do not exist yet: {}", missing);
            }
            missingTopics = missing;
            ready = false;
            return false;
        }
        if (!missingTopics.isEmpty()) {
            missingTopics = Set.of();
            LOG.info("All topics exist: {}", topics.keySet());
        }
        Map<String, Integer> current = new HashMap<>();
        found.forEach((name, topic) -> {
            if (topic.partitions().size() != partitions) {
                throw new IllegalStateException("topic " + name + " must have " + partitions
                        + " partitions, as many as the group has shards, found "
                        + topic.partitions().size());
            }
            current.put(name, TopicSetup.incarnation(topic));
        });
        if (!current.equals(incarnations)) {
            incarnations.clear();
            incarnations.putAll(current);
            truncated.clear();
            ready = false;
        }
        ready &= !truncated.isRetryDue();
        return ready;
    }

    /** Whether {@link #seek} can be called: the topics have been found. */
    public boolean canSeek() {
        return incarnations.size() == topics.size();
    }

    /**
     * Continues from these positions, by shard. The next poll returns a block for each shard, even if nothing is left
     * to read: timers may be due that the attempt before did not fire.
     */
    public void seek(Map<Integer, Position> positions) {
        List<TopicPartition> assignment = new ArrayList<>();
        truncated.release();
        for (String topic : topics.keySet()) {
            for (int shard : shards) {
                if (!truncated.contains(shard)) {
                    assignment.add(new TopicPartition(topic, shard));
                }
            }
        }
        consumer.assign(assignment);
        skew.restart(assignment);
        leaderEpochs.clear();
        for (TopicPartition partition : assignment) {
            Position position = positions.get(partition.partition());
            Incarnation at = position.at(partition.topic(), incarnations.get(partition.topic()));
            consumer.seek(partition, new OffsetAndMetadata(at.nextOffset(), epoch(at), ""));
            leaderEpochs.put(partition, at.leaderEpoch());
            skew.news(partition, position.maxTime(partition.topic()));
        }
        ready = true;
        sought = true;
    }

    /** Why shards are stopped because their log was cut off, by shard. */
    public Map<Integer, String> truncated() {
        return truncated.reasons();
    }

    private static long divergence(LogTruncationException e, TopicPartition partition) {
        OffsetAndMetadata end = e.divergentOffsets().get(partition);
        return end == null ? 0 : end.offset();
    }

    /** With the epoch, the broker tells whether its log still holds what was read. */
    private static Optional<Integer> epoch(Incarnation at) {
        return at.leaderEpoch() == Incarnation.NO_EPOCH ? Optional.empty() : Optional.of(at.leaderEpoch());
    }

    /**
     * Polls until there are enough records or no more for now.
     *
     * @return one block for each shard that has news, or for each shard after {@link #seek}, by rising number. In all
     *     at most {@code pace.pollRecords} and one poll more records, and {@code pace.pollBytes} and one record more
     *     bytes, or less if the process holds too much. Empty if a topic was recreated under its name, which
     *     {@link #isReady} then reports
     */
    public List<Block> poll() {
        return poll(0);
    }

    /**
     * Polls less than a full batch.
     *
     * @param halvings how often the numbers of records and bytes are halved
     * @see #poll()
     */
    public List<Block> poll(int halvings) {
        int maxRecords = Math.max(1, pace.pollRecords() >> Math.min(halvings, MAX_HALVINGS));
        long maxBytes = Math.max(1, pace.pollBytes().bytes() >> Math.min(halvings, MAX_HALVINGS));
        try {
            return consumer.assignment().isEmpty() ? List.of() : pollBlocks(maxRecords, maxBytes);
        } catch (LogTruncationException e) {
            e.offsetOutOfRangePartitions()
                    .forEach((partition, read) -> stopTruncated(partition, read, divergence(e, partition)));
            return List.of();
        }
    }

    private List<Block> pollBlocks(int maxRecords, long wantedBytes) {
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, List<BlockEntry>> entries = new HashMap<>();
        int count = 0;
        long maxBytes = Math.min(wantedBytes, budget.nextBatch());
        long bytes = 0;
        Duration wait = MAX_POLL_WAIT;
        boolean fresh = false;
        boolean toEnd = false;
        for (TopicPartition partition : consumer.assignment()) {
            from.put(partition, consumer.position(partition));
        }
        try {
            while (count < maxRecords && bytes < maxBytes) {
                limiter.begin(maxBytes - bytes);
                ConsumerRecords<byte[], byte[]> records = consumer.poll(wait);
                bytes += take(records, entries);
                count += records.count();
                // Even if nothing came: the consumer may have reached the end of a partition over markers alone.
                long unread = skew.keepTogether();
                if (records.isEmpty() || fresh && unread < FEW_RECORDS) {
                    toEnd = unread < pace.pollRecords() / LAG_SHARE;
                    break;
                }
                wait = unread >= maxRecords - count ? ARRIVAL_WAIT : FRESH_WAIT;
                fresh = true;
            }
        } catch (LogTruncationException e) {
            throw e;
        } catch (OffsetOutOfRangeException e) {
            stepOverGap(e, from);
        }
        behind = !toEnd;
        budget.polled(bytes);
        if (!ready) {
            return List.of();
        }
        List<Block> blocks = blocks(from, entries);
        if (!blocks.isEmpty() && isTopicRecreated()) {
            // The next call of isReady looks it up.
            lookedUpMs = Long.MIN_VALUE;
            return List.of();
        }
        sought = false;
        return blocks;
    }

    /**
     * Whether a topic is no longer the one that is being read. The consumer does not notice: it continues at its
     * offset. An incarnation never returns. If it still exists now, the records polled so far belong to it.
     */
    private boolean isTopicRecreated() {
        return TopicSetup.describe(admin, topics.keySet()).entrySet().stream()
                .anyMatch(found -> TopicSetup.incarnation(found.getValue()) != incarnations.get(found.getKey()));
    }

    /** Returns the number of bytes of their keys and values. */
    private long take(ConsumerRecords<byte[], byte[]> records, Map<TopicPartition, List<BlockEntry>> entries) {
        long bytes = 0;
        records.nextOffsets()
                .forEach((partition, next) ->
                        leaderEpochs.put(partition, next.leaderEpoch().orElse(Incarnation.NO_EPOCH)));
        for (TopicPartition partition : records.partitions()) {
            EventType type = topics.get(partition.topic());
            int incarnation = incarnations.get(partition.topic());
            List<ConsumerRecord<byte[], byte[]>> polled = records.records(partition);
            List<BlockEntry> decoded = entries.computeIfAbsent(partition, absent -> new ArrayList<>(polled.size()));
            long maxTime = Position.NO_TIME;
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                bytes += size(record);
                BlockEntry entry = decode(type, incarnation, record);
                decoded.add(entry);
                if (entry instanceof LightEvent event) {
                    maxTime = Math.max(maxTime, event.time());
                } else if (entry instanceof BeaconMark beacon) {
                    maxTime = Math.max(maxTime, beacon.time());
                }
            }
            skew.news(partition, maxTime);
        }
        return bytes;
    }

    /** A record on which the decoder fails must not stop its shard: it would fail on every restart. */
    private BlockEntry decode(EventType type, int incarnation, ConsumerRecord<byte[], byte[]> record) {
        try {
            return decoder.decode(type, incarnation, record);
        } catch (SchemasUnavailableException | KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            setAside.add(record, e);
            return decoder.setAside(type, record, e);
        }
    }

    private static int size(ConsumerRecord<byte[], byte[]> record) {
        return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }

    /**
     * The records at these offsets are gone. Reading continues with the oldest record, so that the block begins above
     * the ledger and shows the gap. The ledger's owner then stops the shard.
     */
    private void stepOverGap(OffsetOutOfRangeException e, Map<TopicPartition, Long> from) {
        lookedUpMs = Long.MIN_VALUE;
        Map<TopicPartition, Long> begins =
                consumer.beginningOffsets(e.offsetOutOfRangePartitions().keySet());
        begins.forEach((partition, begin) -> {
            long wanted = e.offsetOutOfRangePartitions().get(partition);
            if (begin <= wanted) {
                long end = consumer.endOffsets(List.of(partition)).get(partition);
                stopTruncated(partition, wanted, end);
                return;
            }
            LOG.error("{} has nothing at offset {}, its oldest record is at {}", partition, wanted, begin);
            consumer.seek(partition, begin);
            from.put(partition, begin);
        });
    }

    /**
     * A topic that ends before what was read of it is a new one of the same name, which the next look-up shows. If it
     * is the same topic, its end was cut off, and new records there would be taken for read. The shard then stops until
     * the topic is recreated; the other shards are read again from the ledger.
     *
     * @param read offset up to which the partition was read
     * @param end offset up to which the log still holds what was read
     */
    private void stopTruncated(TopicPartition partition, long read, long end) {
        lookedUpMs = Long.MIN_VALUE;
        ready = false;
        TopicDescription topic =
                TopicSetup.describe(admin, List.of(partition.topic())).get(partition.topic());
        Integer incarnation = incarnations.get(partition.topic());
        if (topic == null || TopicSetup.incarnation(topic) != incarnation) {
            return;
        }
        truncated.stop(partition, read, end);
    }

    private List<Block> blocks(Map<TopicPartition, Long> from, Map<TopicPartition, List<BlockEntry>> entries) {
        long now = clock.millis();
        List<Block> blocks = new ArrayList<>(shards.size());
        for (int shard : shards) {
            if (truncated.contains(shard)) {
                continue;
            }
            List<BlockPart> parts = new ArrayList<>(topics.size());
            boolean news = sought;
            for (Map.Entry<String, EventType> topic : topics.entrySet()) {
                TopicPartition partition = new TopicPartition(topic.getKey(), shard);
                long begin = from.get(partition);
                long end = Math.max(begin, consumer.position(partition));
                boolean idle = skew.isIdle(partition, now);
                news |= end > begin || idle;
                parts.add(new BlockPart(
                        topic.getKey(),
                        topic.getValue(),
                        incarnations.get(topic.getKey()),
                        begin,
                        end,
                        idle,
                        entries.getOrDefault(partition, List.of()),
                        leaderEpochs.get(partition)));
            }
            if (news) {
                blocks.add(new Block(shard, parts, now));
            }
        }
        return blocks;
    }

    /** Whether the last poll left so many records that the next batch should be polled ahead. */
    public boolean isBehind() {
        return behind;
    }

    /** Records that are known to exist and have not been read, by shard. */
    public Map<Integer, Long> unread() {
        return skew.unread();
    }

    /** The shards that this reads. */
    public List<Integer> shards() {
        return shards;
    }

    @Override
    public void close() {
        budget.close();
        consumer.close();
        admin.close();
    }
}
