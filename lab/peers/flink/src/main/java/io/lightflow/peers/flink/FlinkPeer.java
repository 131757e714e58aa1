package io.lightflow.peers.flink;

import io.lightflow.peers.PeerSettings;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job on Flink: the inputs are joined by join key, and an exactly-once sink writes the outputs. A side output is
 * added up, first locally and then by row, for idempotent writes to PostgreSQL.
 */
public final class FlinkPeer {
    private static final Duration IDLENESS = Duration.ofSeconds(5);

    private FlinkPeer() {}

    public static void main(String[] arguments) throws Exception {
        PeerSettings settings = PeerSettings.fromEnvironment();
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(
                FlinkConfiguration.PARALLELISM, FlinkConfiguration.of(settings));
        SingleOutputStreamOperator<OutputRecord> joined = environment
                .fromSource(source(settings), watermarks(), "inputs")
                .uid("inputs")
                .filter(record -> record.type != LightRecord.BEACON)
                .keyBy(record -> record.joinKey, Types.STRING)
                .process(new JoinFunction())
                .name("join")
                .uid("join");
        joined.sinkTo(sink(settings)).name("outputs").uid("outputs");
        joined.getSideOutput(JoinFunction.STATISTICS)
                .transform("pre-aggregation", TypeInformation.of(RowChange.class), new PreAggregation())
                .uid("pre-aggregation")
                .keyBy(change -> change.row, Types.STRING)
                .process(new RowTotals())
                .name("totals")
                .uid("totals")
                .sinkTo(new StatisticsSink(settings.postgres()))
                .name("statistics")
                .uid("statistics");
        environment.execute(settings.runId());
    }

    private static KafkaSource<LightRecord> source(PeerSettings settings) {
        return KafkaSource.<LightRecord>builder()
                .setBootstrapServers(settings.kafka())
                .setTopics(List.copyOf(settings.inputs().keySet()))
                .setGroupId(settings.runId())
                .setClientIdPrefix(settings.runId())
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new LightRecordReader(settings.inputs()))
                .setProperty("max.poll.records", "2000")
                .setProperty("partition.discovery.interval.ms", "-1")
                .build();
    }

    /**
     * Beacons advance the watermark of partitions without traffic. Watermarks are no part of a checkpoint, so a
     * partition that was read to its end before a crash has none until its next beacon.
     */
    private static WatermarkStrategy<LightRecord> watermarks() {
        return WatermarkStrategy.<LightRecord>forBoundedOutOfOrderness(Duration.ofMillis(PeerSettings.MAX_DISORDER_MS))
                .withTimestampAssigner((record, kafkaTimestamp) -> record.time)
                .withIdleness(IDLENESS);
    }

    private static KafkaSink<OutputRecord> sink(PeerSettings settings) {
        return KafkaSink.<OutputRecord>builder()
                .setBootstrapServers(settings.kafka())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(settings.runId())
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                .setRecordSerializer(new OutputWriter())
                .setProperty("transaction.timeout.ms", "600000")
                .setProperty("compression.type", "lz4")
                .setProperty("linger.ms", "50")
                .setProperty("batch.size", Integer.toString(128 << 10))
                .setProperty("buffer.memory", Integer.toString(64 << 20))
                .build();
    }
}
