package io.lightflow.lab.bench;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.event.Beacon;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WireFormat;
import io.lightflow.lab.up.JoinedTopics;
import io.lightflow.position.Position;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Watches the joined clicks as a reader of committed records, and the statistics' ledger. It measures the latency since
 * each click was produced.
 */
final class ClickLatency implements AutoCloseable {
    private static final int BEACON_ID = SchemaId.of(Beacon.getClassSchema());

    private final LocalStack stack;
    private final DcGroup group;
    private final long warmUpMs;
    /** In ms, to three digits; each is written by one of the threads, and read when that has ended. */
    private final Histogram toTopic = new Histogram(3);

    private final Histogram toPostgres = new Histogram(3);
    /** Clicks that are in the joined topic and not yet counted, by shard. */
    private final Map<Integer, Queue<Seen>> uncounted = new ConcurrentHashMap<>();

    private Thread topicWatcher;
    private Thread ledgerWatcher;
    private volatile long measureFromMs;
    private volatile boolean stopped;

    private record Seen(long offset, long producedMs) {}

    ClickLatency(LocalStack stack, DcGroup group, Duration warmUp) {
        this.stack = stack;
        this.group = group;
        this.warmUpMs = warmUp.toMillis();
    }

    void start() {
        measureFromMs = System.currentTimeMillis() + warmUpMs;
        topicWatcher = new Thread(this::watchTopic, "bench-topic");
        ledgerWatcher = new Thread(this::watchLedger, "bench-ledger");
        topicWatcher.start();
        ledgerWatcher.start();
    }

    private void watchTopic() {
        SpecificDatumReader<JoinedClick> reader = new SpecificDatumReader<>(JoinedClick.class);
        List<TopicPartition> partitions = IntStream.range(0, stack.settings().shards())
                .mapToObj(shard -> new TopicPartition(OutputTopic.CLICKS.of(group.name()), shard))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = JoinedTopics.consumer(stack.centralBootstrap())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!stopped) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.currentTimeMillis();
                    if (WireFormat.schemaId(record.value()) == BEACON_ID) {
                        continue;
                    }
                    long producedMs = reader.read(
                                    null,
                                    DecoderFactory.get()
                                            .binaryDecoder(
                                                    record.value(),
                                                    WireFormat.HEADER_BYTES,
                                                    record.value().length - WireFormat.HEADER_BYTES,
                                                    null))
                            .getProvenance()
                            .getProducedMs();
                    if (producedMs >= measureFromMs) {
                        toTopic.recordValue(now - producedMs);
                        uncounted
                                .computeIfAbsent(record.partition(), shard -> new ConcurrentLinkedQueue<>())
                                .add(new Seen(record.offset(), producedMs));
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Decoding a joined click failed", e);
        }
    }

    private void watchLedger() {
        List<Integer> shards =
                IntStream.range(0, stack.settings().shards()).boxed().toList();
        String topic = OutputTopic.CLICKS.of(group.name());
        try (ShardPositions ledger = StatisticsTopology.INSTANCE.positions(stack.groupSettings(group))) {
            while (!stopped) {
                try {
                    take(topic, ledger.read(shards));
                } catch (SinkUnavailableException e) {
                    System.out.println("The ledger is unavailable: " + e.getMessage());
                }
                java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            }
        }
    }

    private void take(String topic, Map<Integer, Position> positions) {
        long now = System.currentTimeMillis();
        positions.forEach((shard, position) -> {
            Queue<Seen> waiting = uncounted.getOrDefault(shard, new ArrayDeque<>());
            long next = position.topics().containsKey(topic)
                    ? position.topics().get(topic).current().nextOffset()
                    : 0;
            while (!waiting.isEmpty() && waiting.peek().offset() < next) {
                toPostgres.recordValue(now - waiting.remove().producedMs());
            }
        });
    }

    /** The percentiles by goal; stops watching. */
    Map<String, BenchReport.Percentiles> stop() throws InterruptedException {
        stopped = true;
        topicWatcher.join();
        ledgerWatcher.join();
        Map<String, BenchReport.Percentiles> percentiles = new LinkedHashMap<>();
        percentiles.put("clickToJoinedEvent", percentiles(toTopic));
        percentiles.put("clickToPostgres", percentiles(toPostgres));
        return percentiles;
    }

    private static BenchReport.Percentiles percentiles(Histogram ms) {
        if (ms.getTotalCount() == 0) {
            throw new IllegalStateException("no click came through in time");
        }
        return new BenchReport.Percentiles(
                ms.getValueAtPercentile(50),
                ms.getValueAtPercentile(95),
                ms.getValueAtPercentile(99),
                ms.getTotalCount());
    }

    @Override
    public void close() {
        stopped = true;
    }
}
