package io.lightflow.topology.trace;

import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.WriterSchemas;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.kafka.TraceHeader;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the committed records of a group's topics that the archive does not hold, in no consumer group and without a
 * trace. A record is a candidate if its bytes contain the id, so few are decoded. Not thread-safe.
 */
final class TopicTail implements AutoCloseable {
    private static final int MAX_RECORDS_PER_POLL = 5_000;
    private static final Duration MAX_FETCH_WAIT = Duration.ofMillis(5);
    private static final Duration POLL = Duration.ofMillis(100);
    /** Without progress for so long, the cluster counts as unavailable. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(20);

    private static final Duration FIRST_STEP = Duration.ofMinutes(1);
    private static final int STEP_FACTOR = 4;
    /** Of a join key; bots may have more. */
    static final int MAX_RECORDS_OF_KEY = 10_000;

    private final int shards;
    private final Map<ArchiveTable, TableLedger> ledgers;
    private final Duration back;
    private final long nowMs;
    private final Map<String, ArchiveTable> kinds = new TreeMap<>();
    private final Map<String, Integer> incarnations = new TreeMap<>();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RecordDecoder decoder;
    private long records;

    private record Range(long from, long to) {}

    /**
     * Looks the topics up.
     *
     * @param ledgers how far the archive is; empty without an archive
     * @param back how far back topics are read
     * @throws KafkaException if the central cluster is unavailable
     */
    TopicTail(
            GroupSettings settings,
            WriterSchemas schemas,
            Map<ArchiveTable, TableLedger> ledgers,
            Duration back,
            long nowMs) {
        this.shards = settings.shards();
        this.ledgers = ledgers;
        this.back = back;
        this.nowMs = nowMs;
        this.decoder = new RecordDecoder(schemas);
        for (ArchiveTable kind : ArchiveTable.values()) {
            kind.topics(settings.group(), settings.dataCenters()).forEach(topic -> kinds.put(topic, kind));
        }
        KafkaClients clients = new KafkaClients(settings.kafka());
        try (Admin admin = clients.admin("lightflow-trace-lookup-" + settings.group())) {
            TopicSetup.describe(admin, kinds.keySet())
                    .forEach((name, topic) -> incarnations.put(name, TopicSetup.incarnation(topic)));
        }
        this.consumer = clients.consumer("lightflow-trace-" + settings.group(), MAX_RECORDS_PER_POLL, MAX_FETCH_WAIT);
    }

    /** Topics that do not exist. */
    List<String> missingTopics() {
        return kinds.keySet().stream()
                .filter(topic -> !incarnations.containsKey(topic))
                .toList();
    }

    /** The present incarnation of a topic; null if it does not exist. */
    Integer incarnation(String topic) {
        return incarnations.get(topic);
    }

    /** Number of records that were read to find ids. */
    long records() {
        return records;
    }

    private List<TopicPartition> partitions(Predicate<ArchiveTable> wanted, int from, int to) {
        List<TopicPartition> partitions = new ArrayList<>();
        incarnations.keySet().forEach(topic -> {
            for (int shard = from; wanted.test(kinds.get(topic)) && shard < to; shard++) {
                partitions.add(new TopicPartition(topic, shard));
            }
        });
        return partitions;
    }

    /**
     * Light records that are looked for. Those of an event are near each other, so they are read newest first, in
     * growing steps of time, until a step has some. Those of a trace may be anywhere.
     */
    List<FoundRecord> light(SearchKey wanted) {
        Map<TopicPartition, Range> all = ranges(partitions(ArchiveTable::isLight, 0, shards));
        Map<TopicPartition, Long> to = new HashMap<>();
        all.forEach((partition, range) -> to.put(partition, range.to()));
        List<FoundRecord> found = new ArrayList<>();
        Duration first = wanted instanceof SearchKey.OfTrace ? back : FIRST_STEP;
        for (Duration step = first; found.isEmpty(); step = step.multipliedBy(STEP_FACTOR)) {
            boolean isLast = step.compareTo(back) >= 0;
            Map<TopicPartition, Long> since = isLast ? Map.of() : offsetsAt(all.keySet(), nowMs - step.toMillis());
            Map<TopicPartition, Range> part = new HashMap<>();
            all.forEach((partition, range) -> {
                long from = Math.max(range.from(), since.getOrDefault(partition, range.from()));
                part.put(partition, new Range(Math.min(from, to.get(partition)), to.get(partition)));
                to.put(partition, Math.min(from, to.get(partition)));
            });
            read(part, record -> {
                records++;
                if (wanted.mayBe(record)) {
                    FoundRecord decoded = decode(record);
                    if (decoded != null && wanted.is(decoded)) {
                        found.add(decoded);
                    }
                }
            });
            if (isLast) {
                break;
            }
        }
        return found;
    }

    /** Records of a shard with a join key, or that contain an id; of all topics. */
    List<FoundRecord> ofKey(int shard, String joinKey, String id) {
        byte[] key = joinKey == null ? null : joinKey.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        List<FoundRecord> found = new ArrayList<>();
        read(ranges(partitions(kind -> true, shard, shard + 1)), record -> {
            boolean hasId = contains(record.value(), bytes);
            if ((hasId || key != null && Arrays.equals(key, record.key())) && found.size() < MAX_RECORDS_OF_KEY) {
                FoundRecord decoded = decode(record);
                if (decoded != null && (hasId || !decoded.values().isEmpty())) {
                    found.add(decoded);
                }
            }
        });
        return found;
    }

    private FoundRecord decode(ConsumerRecord<byte[], byte[]> record) {
        if (decoder.isBeacon(record.value())) {
            return null;
        }
        ArchiveTable kind = kinds.get(record.topic());
        return new FoundRecord(
                kind,
                record.topic(),
                incarnations.get(record.topic()),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
                decoder.fields(kind, record.value()),
                TraceHeader.of(record)
                        .map(trace -> new EventSpan(trace.traceId(), trace.spanId()))
                        .orElse(null),
                null);
    }

    static boolean contains(byte[] value, byte[] wanted) {
        if (value == null || wanted.length == 0) {
            return false;
        }
        int last = value.length - wanted.length;
        for (int at = 0; at <= last; at++) {
            if (value[at] == wanted[0] && Arrays.equals(value, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /** What is neither in the archive nor too old. */
    private Map<TopicPartition, Range> ranges(List<TopicPartition> partitions) {
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> since = offsetsAt(partitions, nowMs - back.toMillis());
        Map<TopicPartition, Range> ranges = new HashMap<>();
        for (TopicPartition partition : partitions) {
            long end = ends.get(partition);
            long from = Math.max(begins.get(partition), since.getOrDefault(partition, end));
            ranges.put(partition, new Range(Math.max(from, archived(partition)), end));
        }
        return ranges;
    }

    /** The offset after the last record that the archive holds; 0 without an archive. */
    long archived(TopicPartition partition) {
        TableLedger ledger = ledgers.get(kinds.get(partition.topic()));
        return ledger == null
                ? 0
                : ledger.entry(partition.partition())
                        .position()
                        .nextOffset(partition.topic(), incarnations.get(partition.topic()));
    }

    /** Without an entry for a partition that has no record since. */
    private Map<TopicPartition, Long> offsetsAt(Iterable<TopicPartition> partitions, long timeMs) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, Math.max(0, timeMs)));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        consumer.offsetsForTimes(wanted).forEach((partition, found) -> {
            if (found != null) {
                offsets.put(partition, found.offset());
            }
        });
        return offsets;
    }

    private void read(Map<TopicPartition, Range> ranges, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        Map<TopicPartition, Range> left = new HashMap<>(ranges);
        left.values().removeIf(range -> range.from() >= range.to());
        consumer.assign(left.keySet());
        // An earlier read has paused the partitions that it had read to their ends.
        consumer.resume(left.keySet());
        left.forEach((partition, range) -> consumer.seek(partition, range.from()));
        long deadline = System.nanoTime() + STALL_LIMIT.toNanos();
        while (!left.isEmpty()) {
            boolean moved = false;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                moved = true;
                Range range = ranges.get(new TopicPartition(record.topic(), record.partition()));
                if (record.offset() < range.to()) {
                    each.accept(record);
                }
            }
            List<TopicPartition> done = new ArrayList<>();
            left.forEach((partition, range) -> {
                if (consumer.position(partition) >= range.to()) {
                    done.add(partition);
                }
            });
            consumer.pause(done);
            done.forEach(left::remove);
            if (moved || !done.isEmpty()) {
                deadline = System.nanoTime() + STALL_LIMIT.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("reading " + left.keySet() + " stands still since " + STALL_LIMIT.toSeconds()
                        + " s: the central cluster is unavailable");
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
