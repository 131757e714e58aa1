package io.lightflow.topology.certificate;

import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.settings.KafkaSection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads committed records of one cluster, in no consumer group and without a trace. Not thread-safe. */
public final class PartitionReader implements AutoCloseable {
    private static final int MAX_RECORDS_PER_POLL = 5_000;
    /** A request at the end of one partition delays the first request for the next. */
    private static final Duration MAX_FETCH_WAIT = Duration.ofMillis(5);

    private static final Duration POLL = Duration.ofMillis(200);

    /** An open transaction hides the records behind it until it times out, after a minute. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(90);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param name for the clients' ids */
    public PartitionReader(KafkaSection cluster, String name) {
        KafkaClients clients = new KafkaClients(cluster);
        this.admin = clients.admin(name + "-lookup");
        this.consumer = clients.consumer(name, MAX_RECORDS_PER_POLL, MAX_FETCH_WAIT);
    }

    /** For look-ups. */
    public Admin admin() {
        return admin;
    }

    /**
     * Offsets of a topic-partition.
     *
     * @param begin of the oldest record
     * @param since of the first record with the requested timestamp or a later one; the end if there is none
     * @param end after the newest record, committed or not
     */
    public record Offsets(long begin, long since, long end) {

        /** Whether deleted records may have had the requested timestamp, or a later one. */
        public boolean mayBeCutOff() {
            return begin > 0 && since == begin;
        }
    }

    /**
     * Opens the partitions that can be read until the next call.
     *
     * @param sinceMs timestamp, ms since the Unix epoch
     */
    public Map<TopicPartition, Offsets> open(Collection<TopicPartition> partitions, long sinceMs) {
        // All at once, since each new partition takes a request. Only those that are read are fetched.
        consumer.assign(partitions);
        consumer.pause(partitions);
        partitions.forEach(partition -> consumer.seek(partition, 0));
        Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> begins = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> since = offsets(partitions, OffsetSpec.forTimestamp(Math.max(0, sinceMs)));
        Map<TopicPartition, Offsets> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            long found = since.get(partition);
            long end = ends.get(partition);
            offsets.put(partition, new Offsets(begins.get(partition), found < 0 ? end : found, end));
        }
        return offsets;
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, spec));
        try {
            Map<TopicPartition, ListOffsetsResultInfo> found =
                    admin.listOffsets(wanted).all().get();
            Map<TopicPartition, Long> offsets = new HashMap<>();
            found.forEach((partition, info) -> offsets.put(partition, info.offset()));
            return offsets;
        } catch (ExecutionException e) {
            throw new KafkaException("looking up offsets failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Reads every committed record of an open partition from one offset up to another.
     *
     * @throws KafkaException if the cluster is unavailable, or a transaction stays open
     */
    public void read(TopicPartition partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        if (from >= to) {
            return;
        }
        consumer.seek(partition, from);
        consumer.resume(List.of(partition));
        long reached = from;
        long deadline = System.nanoTime() + STALL_LIMIT.toNanos();
        while (reached < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to) {
                    each.accept(record);
                }
            }
            long position = consumer.position(partition);
            if (position > reached) {
                reached = position;
                deadline = System.nanoTime() + STALL_LIMIT.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("reading " + partition + " stands still at offset " + reached + " before "
                        + to + " since " + STALL_LIMIT.toSeconds()
                        + " s: its cluster is unavailable, or a transaction is left open in it");
            }
        }
        consumer.pause(List.of(partition));
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
