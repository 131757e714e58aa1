package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Broker and PostgreSQL as real processes: what they have confirmed survives their being killed. */
@Tag("cluster")
@ResourceLock("cluster of processes")
class DurableProcessesTest {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Cluster cluster;

    @AfterEach
    void nothingIsLeft() {
        if (cluster != null) {
            cluster.down(line -> {});
        }
    }

    @Test
    void whatWasConfirmedOutlivesAKill() throws Exception {
        cluster = Cluster.of(new ClusterSettings(
                folder.resolve("cluster").toAbsolutePath(),
                EnumSet.of(Component.KAFKA, Component.POSTGRES, Component.REGISTRY),
                List.of("eu"),
                2));
        long begin = System.nanoTime();
        cluster.up(line -> {});
        report("up", begin);
        produce("before");
        sql("CREATE TABLE survivor (name text)");
        sql("INSERT INTO survivor VALUES ('before')");

        for (String name : List.of("postgres", "kafka-central", "registry")) {
            ClusterProcess process = cluster.process(name);
            begin = System.nanoTime();
            OptionalLong before = process.pid();
            process.kill();
            assertThat(process.isAlive()).isFalse();
            process.start();
            process.awaitReady(READY_TIMEOUT);
            report(process.name() + " ready again after kill -9", begin);
            assertThat(process.pid()).isNotEqualTo(before);
        }

        assertThat(records()).isEqualTo(1);
        assertThat(rows()).isEqualTo(1);
        assertThat(partitions("eu", "impressions")).isEqualTo(2);
        assertThat(setting("fsync")).isEqualTo("on");
        assertThat(setting("synchronous_commit")).isEqualTo("on");
        begin = System.nanoTime();
        cluster.down(line -> {});
        report("down", begin);
    }

    @Test
    void aFrozenProcessIsAliveButNotReadyAndCanBeStopped() {
        cluster = Cluster.of(new ClusterSettings(
                folder.resolve("cluster").toAbsolutePath(), EnumSet.of(Component.ZOOKEEPER), List.of(), 2));
        cluster.up(line -> {});
        ClusterProcess zooKeeper = cluster.process("zookeeper");

        zooKeeper.freeze();
        assertThat(zooKeeper.isAlive()).isTrue();
        assertThat(zooKeeper.isReady()).isFalse();
        zooKeeper.resume();
        assertThat(Deadline.in(READY_TIMEOUT).await(zooKeeper::isReady)).isTrue();

        assertThatThrownBy(() -> Cluster.of(new ClusterSettings(
                        folder.resolve("cluster").toAbsolutePath(), EnumSet.of(Component.POSTGRES), List.of(), 2)))
                .as("settings that would forget a process that runs")
                .hasMessageContaining("zookeeper");

        zooKeeper.freeze();
        zooKeeper.stop();
        assertThat(zooKeeper.isAlive()).isFalse();
    }

    private void produce(String value) throws Exception {
        String servers = cluster.endpoints().kafka().get(ClusterSettings.CENTRAL);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic("survivor", 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "acks", "all"), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("survivor", value)).get(30, TimeUnit.SECONDS);
        }
    }

    private long records() throws Exception {
        String servers = cluster.endpoints().kafka().get(ClusterSettings.CENTRAL);
        TopicPartition partition = new TopicPartition("survivor", 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get(30, TimeUnit.SECONDS)
                    .offset();
        }
    }

    private int partitions(String dataCenter, String topic) throws Exception {
        String servers = cluster.endpoints().kafka().get(dataCenter);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            return admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .get(30, TimeUnit.SECONDS)
                    .partitions()
                    .size();
        }
    }

    private void sql(String statement) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(cluster.endpoints().jdbcUrl());
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private long rows() throws Exception {
        return Long.parseLong(single("SELECT count(*) FROM survivor"));
    }

    private String setting(String name) throws Exception {
        return single("SHOW " + name);
    }

    private String single(String query) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(cluster.endpoints().jdbcUrl());
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void report(String what, long beginNanos) {
        System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - beginNanos) / 1e9);
    }
}
