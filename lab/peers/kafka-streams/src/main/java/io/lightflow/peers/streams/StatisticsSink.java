package io.lightflow.peers.streams;

import io.lightflow.event.Impression;
import io.lightflow.peers.EventReader;
import io.lightflow.peers.EventReader.AttributedConversion;
import io.lightflow.peers.EventReader.JoinedClick;
import io.lightflow.peers.PeerOutput;
import io.lightflow.peers.PeerSettings;
import io.lightflow.peers.RowCounts;
import io.lightflow.peers.RowKeys;
import io.lightflow.peers.StatisticsTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Maintains the statistics: reads the committed outputs, adds up, and commits the increments with the next offsets in
 * one transaction of PostgreSQL.
 */
final class StatisticsSink extends Thread {
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);
    private static final int MAX_ROWS = 30_000;
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    private final PeerSettings settings;
    private final EventReader reader = new EventReader();
    private final RowKeys keys = new RowKeys();
    private final Map<String, RowCounts> rows = new HashMap<>();

    StatisticsSink(PeerSettings settings) {
        super("statistics");
        setDaemon(true);
        this.settings = settings;
    }

    @Override
    public void run() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                StatisticsTable table = new StatisticsTable(settings.postgres(), StatisticsTable.Mode.ADD)) {
            read(consumer, table);
        } catch (SQLException e) {
            throw new IllegalStateException("Writing statistics failed", e);
        } catch (InterruptException e) {
            // The program ends; what is not committed is read again.
            Thread.currentThread().interrupt();
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer, StatisticsTable table) throws SQLException {
        StoredOffsets offsets = new StoredOffsets(table.connection());
        List<TopicPartition> partitions = partitions();
        Map<TopicPartition, Long> next = offsets.read(partitions);
        consumer.assign(partitions);
        next.forEach(consumer::seek);
        long lastCommit = System.nanoTime();
        while (!isInterrupted()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_TIMEOUT)) {
                add(PeerOutput.ofTopic(record.topic()), record.value());
            }
            boolean isDue = System.nanoTime() - lastCommit >= COMMIT_INTERVAL.toNanos() || rows.size() >= MAX_ROWS;
            if (!rows.isEmpty() && isDue) {
                table.write(rows);
                for (TopicPartition partition : partitions) {
                    offsets.advance(partition, next.get(partition), consumer.position(partition));
                    next.put(partition, consumer.position(partition));
                }
                offsets.send();
                table.commit();
                rows.clear();
                lastCommit = System.nanoTime();
            }
        }
    }

    private List<TopicPartition> partitions() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : PeerOutput.topics()) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
        }
        return partitions;
    }

    private void add(PeerOutput output, byte[] value) {
        switch (output) {
            case IMPRESSIONS -> {
                Impression impression = reader.impression(value);
                row(impression.getTime(), impression).addImpression(impression);
            }
            case CLICKS -> {
                JoinedClick joined = reader.joinedClick(value);
                row(joined.click().getTime(), joined.impression())
                        .addClick(joined.click().getPriceMicros());
            }
            case CONVERSIONS -> {
                AttributedConversion decided = reader.attributedConversion(value);
                if (decided.click() != null) {
                    row(decided.conversion().getTime(), decided.click().impression())
                            .addConversion(decided.conversion());
                }
            }
        }
    }

    private RowCounts row(long timeMs, Impression impression) {
        return rows.computeIfAbsent(keys.of(timeMs, impression), key -> new RowCounts());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000);
        properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 64 << 10);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 200);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
