package io.lightflow.lab.stock;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.storm.Config;
import org.apache.storm.StormSubmitter;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.kafka.spout.FirstPollOffsetStrategy;
import org.apache.storm.kafka.spout.trident.KafkaTridentSpoutConfig;
import org.apache.storm.kafka.spout.trident.KafkaTridentSpoutTransactional;
import org.apache.storm.trident.TridentTopology;
import org.apache.storm.trident.operation.builtin.Count;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;

/**
 * Counts impressions per campaign and minute with stock parts: {@link KafkaTridentSpoutTransactional} and a
 * transactional state. It uses Storm's default settings with two exceptions. It reads only committed records, and a
 * resubmitted topology continues where the previous one stopped.
 */
public final class StockTopology {
    public static final String NAME = "stock";

    /** Parent node of the topology's Trident state in ZooKeeper. */
    public static final String STREAM = "stock-impressions";

    private static final double HEAP_MB = 256;
    private static final int ARGUMENTS = 5;

    private StockTopology() {}

    /** The arguments of {@link #main}. */
    public static List<String> arguments(
            String kafka, List<String> topics, int impressionSchema, String jdbcUrl, int parallelism) {
        return List.of(
                kafka,
                String.join(",", topics),
                Integer.toString(impressionSchema),
                jdbcUrl,
                Integer.toString(parallelism));
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != ARGUMENTS) {
            throw new IllegalArgumentException(
                    "expected KAFKA TOPICS IMPRESSION_SCHEMA_ID JDBC_URL PARALLELISM, found " + List.of(arguments));
        }
        Config config = new Config();
        config.setNumWorkers(1);
        config.put(Config.TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB, HEAP_MB);
        StormTopology topology = topology(
                arguments[0],
                arguments[1].split(","),
                Integer.parseInt(arguments[2]),
                arguments[3],
                Integer.parseInt(arguments[4]));
        StormSubmitter.submitTopology(NAME, config, topology);
    }

    private static StormTopology topology(
            String kafka, String[] topics, int impressionSchema, String jdbcUrl, int parallelism) {
        KafkaTridentSpoutConfig<byte[], byte[]> spout = new KafkaTridentSpoutConfig.Builder<byte[], byte[]>(
                        kafka, topics)
                .setProp(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class)
                .setProp(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class)
                .setProp(ConsumerConfig.GROUP_ID_CONFIG, NAME)
                .setProp(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setFirstPollOffsetStrategy(FirstPollOffsetStrategy.UNCOMMITTED_EARLIEST)
                .setRecordTranslator(record -> new Values(record.value()), new Fields("value"))
                .build();
        TridentTopology topology = new TridentTopology();
        topology.newStream(STREAM, new KafkaTridentSpoutTransactional<>(spout))
                .parallelismHint(parallelism)
                .each(new Fields("value"), new Impressions(impressionSchema), new Fields("campaign", "minute"))
                .groupBy(new Fields("campaign", "minute"))
                .persistentAggregate(new CountTable.Factory(jdbcUrl), new Count(), new Fields("count"))
                .parallelismHint(parallelism);
        return topology.build();
    }
}
