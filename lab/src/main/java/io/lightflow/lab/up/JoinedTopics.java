package io.lightflow.lab.up;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Provenance;
import io.lightflow.event.WriterSchemas;
import io.lightflow.lab.answer.OutputReader;
import io.lightflow.topology.kafka.GroupTopics;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Counts a group's joined topics from their beginning like any reader of committed records. It shares no code with the
 * counting in stats-counter.
 */
public final class JoinedTopics {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final OutputReader reader;

    /** The location of the first record of each event, by id. */
    private final Map<String, String> seen = new HashMap<>();

    private final List<String> repeated = new ArrayList<>();
    private String record;
    private long impressionCount;
    private long clickCount;
    private long conversionCount;
    private long invalid;
    private BigInteger spendMicros = BigInteger.ZERO;
    private BigInteger revenueMicros = BigInteger.ZERO;

    private JoinedTopics(WriterSchemas schemas) {
        this.reader = new OutputReader(schemas);
    }

    /** @throws IllegalStateException if the topics are unavailable, or contain an event twice */
    public static Totals count(WriterSchemas schemas, String bootstrap, List<String> groups, int partitions) {
        JoinedTopics counting = new JoinedTopics(schemas);
        for (String group : groups) {
            counting.read(bootstrap, group, partitions);
        }
        if (!counting.repeated.isEmpty()) {
            throw new IllegalStateException(counting.repeated.size()
                    + " joined events are in the topics more than once, such as "
                    + String.join("; ", counting.repeated.subList(0, Math.min(5, counting.repeated.size()))));
        }
        return new Totals(
                counting.impressionCount,
                counting.clickCount,
                counting.conversionCount,
                counting.invalid,
                counting.spendMicros,
                counting.revenueMicros);
    }

    /** When the first block of joined impressions was polled, ms since the Unix epoch. */
    public static long firstReadMs(WriterSchemas schemas, String bootstrap, String group, int partitions) {
        OutputReader reader = new OutputReader(schemas);
        long first = Long.MAX_VALUE;
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition one = new TopicPartition(OutputTopic.IMPRESSIONS.of(group), partition);
                consumer.assign(List.of(one));
                consumer.seekToBeginning(List.of(one));
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(PATIENCE)) {
                    if (reader.read(record.value()) instanceof JoinedImpression joined) {
                        first = Math.min(first, joined.getProvenance().getReadMs());
                        break;
                    }
                }
            }
        }
        return first;
    }

    /** The number of committed blocks: each is a record in the ledger. */
    public static long blocks(String bootstrap, String group, int partitions) {
        long blocks = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            List<TopicPartition> all = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(GroupTopics.ledger(group), partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                blocks += consumer.poll(PATIENCE).count();
            }
        }
        return blocks;
    }

    /** Reads only committed records, from given offsets. */
    public static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void read(String bootstrap, String group, int partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            for (OutputTopic topic : List.of(OutputTopic.IMPRESSIONS, OutputTopic.CLICKS, OutputTopic.CONVERSIONS)) {
                seen.clear();
                List<TopicPartition> all = IntStream.range(0, partitions)
                        .mapToObj(partition -> new TopicPartition(topic.of(group), partition))
                        .toList();
                consumer.assign(all);
                consumer.seekToBeginning(all);
                Map<TopicPartition, Long> ends = consumer.endOffsets(all);
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                    if (System.nanoTime() - deadline > 0) {
                        throw new IllegalStateException(
                                "topic " + topic.of(group) + ": expected to read it to its end within " + PATIENCE);
                    }
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                        this.record = record.partition() + "@" + record.offset();
                        take(record.value());
                        deadline = System.nanoTime() + PATIENCE.toNanos();
                    }
                }
            }
        }
    }

    private void take(byte[] value) {
        SpecificRecord output = reader.read(value);
        if (output instanceof JoinedImpression joined) {
            take(joined);
        } else if (output instanceof JoinedClick joined) {
            take(joined);
        } else if (output instanceof JoinedConversion joined) {
            take(joined);
        }
    }

    private void take(JoinedImpression joined) {
        once(joined.getImpression().getId(), joined.getProvenance());
        if (joined.getProvenance().getInvalid()) {
            invalid++;
        } else {
            impressionCount++;
            spendMicros =
                    spendMicros.add(BigInteger.valueOf(joined.getImpression().getPriceMicros()));
        }
    }

    private void take(JoinedClick joined) {
        once(joined.getClick().getId(), joined.getProvenance());
        if (joined.getProvenance().getInvalid()) {
            invalid++;
        } else {
            clickCount++;
            spendMicros = spendMicros.add(BigInteger.valueOf(joined.getClick().getPriceMicros()));
        }
    }

    private void take(JoinedConversion joined) {
        once(joined.getConversion().getId(), joined.getProvenance());
        if (joined.getAttribution() == AttributionKind.NONE) {
            return;
        }
        if (joined.getProvenance().getInvalid()) {
            invalid++;
        } else {
            conversionCount++;
            revenueMicros =
                    revenueMicros.add(BigInteger.valueOf(joined.getConversion().getRevenueMicros()));
        }
    }

    private void once(String id, Provenance provenance) {
        String place = record + " txid " + provenance.getTxid();
        String before = seen.putIfAbsent(id, place);
        if (before != null) {
            repeated.add(id + " at " + before + " and " + place + " from " + provenance.getOrigin());
        }
    }
}
