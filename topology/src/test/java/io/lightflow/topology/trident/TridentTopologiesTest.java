package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.Bolt;
import org.apache.storm.generated.ComponentCommon;
import org.apache.storm.generated.GlobalStreamId;
import org.apache.storm.generated.Grouping;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.trident.partition.IdentityGrouping;
import org.apache.storm.trident.spout.TridentSpoutCoordinator;
import org.apache.storm.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TridentTopologiesTest {
    private static final GroupSettings SETTINGS = GroupSettings.parse("""
            group: us
            dataCenters: [us-west, us-east]
            shards: 8
            kafka: {bootstrapServers: "127.0.0.1:1"}
            registry: {urls: ["http://127.0.0.1:1"]}
            postgres: {url: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
            zookeeper: {connect: "127.0.0.1:1"}
            store: {rocksdb: {directory: unused}}
            dataflow: {parallelism: 9}
            statistics: {parallelism: 3, heapMb: 700}
            archive: {warehouse: "file:///unused"}
            """);

    static List<TopologyDescriptor> all() {
        return Topologies.ALL;
    }

    @ParameterizedTest
    @MethodSource("all")
    void aShardStaysOnItsTaskBecauseBlocksGoFromEachSpoutTaskToTheLoopTaskOfTheSameNumber(
            TopologyDescriptor descriptor) {
        StormTopology topology = TridentTopologies.build(descriptor, SETTINGS, 5);

        // In Trident the spout that emits blocks is a bolt, too; its master is the one real spout.
        Map<String, Bolt> bolts = topology.get_bolts();
        String spout = bolts.keySet().stream()
                .filter(name -> name.startsWith("spout-"))
                .findAny()
                .orElseThrow();
        String loop = bolts.keySet().stream()
                .filter(name -> name.startsWith("b-"))
                .findAny()
                .orElseThrow();
        int tasks = Math.min(5, descriptor.maxTasks());
        assertThat(bolts.get(spout).get_common().get_parallelism_hint()).isEqualTo(tasks);
        assertThat(bolts.get(loop).get_common().get_parallelism_hint()).isEqualTo(tasks);
        assertThat(bolts).hasSize(3).containsKey("$spoutcoord-" + spout);

        ComponentCommon common = bolts.get(loop).get_common();
        long identities = 0;
        for (Map.Entry<GlobalStreamId, Grouping> input : common.get_inputs().entrySet()) {
            if (input.getKey().get_componentId().equals(spout)
                    && input.getValue().is_set_custom_serialized()) {
                Object grouping = Utils.javaDeserialize(input.getValue().get_custom_serialized(), Object.class);
                assertThat(grouping).isInstanceOf(IdentityGrouping.class);
                identities++;
            }
        }
        assertThat(identities).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("all")
    void noComponentKeepsBatchesInZooKeeper(TopologyDescriptor descriptor) {
        StormTopology topology = TridentTopologies.build(descriptor, SETTINGS, 2);

        assertThat(topology.get_spouts().values()).singleElement().satisfies(master -> assertThat(
                        Utils.<Object>javaDeserialize(master.get_spout_object().get_serialized_java(), Object.class))
                .isInstanceOf(BatchMaster.class));
        assertThat(topology.get_bolts().values()).noneSatisfy(bolt -> assertThat(
                        new String(bolt.get_bolt_object().get_serialized_java(), StandardCharsets.ISO_8859_1))
                .contains(TridentSpoutCoordinator.class.getName()));
    }

    @Test
    void oneTaskCommitsToTheTablesOfTheArchiveWhateverIsAskedFor() {
        StormTopology topology = TridentTopologies.build(ArchiveTopology.INSTANCE, SETTINGS, 4);

        assertThat(topology.get_bolts().values())
                .allSatisfy(bolt ->
                        assertThat(bolt.get_common().get_parallelism_hint()).isLessThanOrEqualTo(1));
    }

    @Test
    void thereAreNeverMoreTasksThanShards() {
        assertThat(TridentTopologies.parallelism(DataflowTopology.INSTANCE, SETTINGS))
                .isEqualTo(8);
        assertThat(TridentTopologies.parallelism(StatisticsTopology.INSTANCE, SETTINGS))
                .isEqualTo(3);
    }

    @Test
    void stormIsToldThePaceAndTheSerializer() {
        Config config = TridentTopologies.config(StatisticsTopology.INSTANCE, SETTINGS);

        assertThat(config)
                .containsEntry(Config.TOPOLOGY_MAX_SPOUT_PENDING, 2)
                .containsEntry(Config.TOPOLOGY_TRIDENT_BATCH_EMIT_INTERVAL_MILLIS, 200)
                .containsEntry(Config.TOPOLOGY_WORKERS, 1);
        assertThat(config)
                .containsEntry(Config.TOPOLOGY_BOLT_WAIT_STRATEGY, SignalledWait.class.getName())
                .containsEntry(Config.TOPOLOGY_SPOUT_WAIT_STRATEGY, SignalledWait.class.getName())
                .containsEntry(Config.TOPOLOGY_SPOUT_RECVQ_SKIPS, 0);
        assertThat(config.get(Config.TOPOLOGY_WORKER_CHILDOPTS).toString()).contains("-Xmx700m");
        assertThat(config.get(Config.TOPOLOGY_KRYO_REGISTER).toString()).contains(BlocksSerializer.class.getName());
    }
}
