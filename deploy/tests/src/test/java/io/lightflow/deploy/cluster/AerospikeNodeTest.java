package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
@EnabledIfEnvironmentVariable(
        named = "LIGHTFLOW_ASD",
        matches = ".+",
        disabledReason = "no Aerospike server: LIGHTFLOW_ASD=FILE does not name the executable asd")
class AerospikeNodeTest {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Cluster cluster;

    @AfterEach
    void nothingIsLeft() {
        cluster.down(line -> {});
    }

    @Test
    void aNodeThatIsReadyTakesTheJoinStoreAlsoAfterAKill() {
        cluster = Cluster.of(new ClusterSettings(
                folder.resolve("cluster").toAbsolutePath(),
                EnumSet.of(Component.ZOOKEEPER),
                List.of(),
                1,
                Set.of(),
                Optional.of(Path.of(System.getenv("LIGHTFLOW_ASD")).toAbsolutePath())));
        cluster.up(line -> {});
        storeOpens();

        ClusterProcess aerospike = cluster.process("aerospike");
        aerospike.kill();
        assertThat(aerospike.isReady()).isFalse();
        aerospike.start();
        aerospike.awaitReady(READY_TIMEOUT);
        storeOpens();
    }

    /** This checks the namespace, too. */
    private void storeOpens() {
        AerospikeCluster settings = AerospikeCluster.of(cluster.endpoints().aerospike(), "lightflow");
        AerospikeJoinStore.open(settings.withSet("test"), Duration.ofDays(61)).close();
    }
}
