package io.lightflow.peers.streams;

import io.lightflow.peers.PeerSettings;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * The job on Kafka Streams: one sub-topology joins the co-partitioned inputs, exactly once. A consumer of its committed
 * outputs maintains the statistics, exactly once, too.
 */
public final class KafkaStreamsPeer {
    private static final int THREADS = 2;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private KafkaStreamsPeer() {}

    public static void main(String[] arguments) throws InterruptedException {
        PeerSettings settings = PeerSettings.fromEnvironment();
        KafkaStreams streams = new KafkaStreams(JoinTopology.build(settings), properties(settings));
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            // After a crash, a thread of 4.3.1 may fail once on segments that it wipes (KAFKA-20808).
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        StatisticsSink sink = new StatisticsSink(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            streams.close(CLOSE_TIMEOUT);
            sink.interrupt();
        }));
        sink.start();
        streams.start();
        new CountDownLatch(1).await();
    }

    private static Properties properties(PeerSettings settings) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.runId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.state().toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        properties.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, EventTimestamps.class);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        // The job seldom reads what it has just written, so RocksDB's own memory serves better.
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 100);
        properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2_000);

        producer(properties, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        producer(properties, ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        producer(properties, ProducerConfig.LINGER_MS_CONFIG, 50);
        producer(properties, ProducerConfig.BUFFER_MEMORY_CONFIG, 64 << 20);
        // A transaction that begins right after a commit is retried after this time.
        producer(properties, ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 20);

        consumer(properties, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000);
        consumer(properties, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer(properties, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        consumer(properties, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        // A restarted host gets its tasks back at once.
        consumer(properties, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "host-1");
        return properties;
    }

    private static void producer(Properties properties, String name, Object value) {
        properties.put(StreamsConfig.producerPrefix(name), value);
    }

    private static void consumer(Properties properties, String name, Object value) {
        properties.put(StreamsConfig.mainConsumerPrefix(name), value);
    }
}
