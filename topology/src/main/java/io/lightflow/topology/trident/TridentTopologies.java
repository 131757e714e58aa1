package io.lightflow.topology.trident;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TaskSpread;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.generated.ComponentObject;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.topology.BasicBoltExecutor;
import org.apache.storm.trident.TridentTopology;
import org.apache.storm.tuple.Fields;
import org.apache.storm.utils.Utils;

/** Builds the topologies of a group and their Storm settings. */
public final class TridentTopologies {
    /** In one process, executors wake each other. */
    private static final int IDLE_WAIT_MS = 25;
    /** Nobody tells an executor about a tuple of another process. */
    private static final int IDLE_WAIT_OF_MANY_MS = 3;

    private static final int MESSAGE_TIMEOUT_SECONDS = 5;

    /** How Storm 2.8.3 names its components ({@code TridentTopologyBuilder}). */
    private static final String MASTER_PREFIX = "$mastercoord-";

    private static final String COORDINATOR_PREFIX = "$spoutcoord-";

    private TridentTopologies() {}

    /**
     * Builds a topology.
     *
     * @param parallelism number of tasks, as far as the topology may have so many; a task has the shards whose number
     *     modulo this is its own
     */
    public static StormTopology build(TopologyDescriptor descriptor, GroupSettings settings, int parallelism) {
        int tasks = Math.min(parallelism, descriptor.maxTasks());
        String transactionId = descriptor.transactionId(settings.group());
        BlockSpout spout = new BlockSpout(descriptor, settings);
        TridentTopology topology = new TridentTopology();
        topology.newStream(transactionId, spout)
                .parallelismHint(tasks)
                .partitionPersist(
                        new LoopStateFactory(descriptor, settings),
                        new Fields(BlockSpout.BLOCKS),
                        new LoopState.Updater(),
                        new Fields())
                .parallelismHint(tasks);
        return withOwnMaster(topology.build(), new BatchMaster(transactionId, spout));
    }

    /** Replaces the two components of Trident that would keep each batch in ZooKeeper. Their streams stay. */
    private static StormTopology withOwnMaster(StormTopology built, BatchMaster master) {
        component(built.get_spouts(), MASTER_PREFIX).set_spout_object(serialized(master));
        component(built.get_bolts(), COORDINATOR_PREFIX)
                .set_bolt_object(serialized(new BasicBoltExecutor(new BatchRelay())));
        return built;
    }

    private static <T> T component(Map<String, T> components, String prefix) {
        return components.entrySet().stream()
                .filter(component -> component.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .findAny()
                .orElseThrow(() -> new IllegalStateException("Trident built no component " + prefix + "…, but "
                        + components.keySet() + ": this Storm is not the one that the build depends on"));
    }

    private static ComponentObject serialized(Object component) {
        return ComponentObject.serialized_java(Utils.javaSerialize(component));
    }

    /** The parallelism that the settings ask for, never more than there are shards. */
    public static int parallelism(TopologyDescriptor descriptor, GroupSettings settings) {
        return Math.min(descriptor.spread(settings).parallelism(), settings.shards());
    }

    public static Config config(TopologyDescriptor descriptor, GroupSettings settings) {
        TaskSpread spread = descriptor.spread(settings);
        Config config = new Config();
        config.setNumWorkers(spread.workers());
        config.setMaxSpoutPending(settings.pace().batchesInFlight());
        config.put(
                Config.TOPOLOGY_TRIDENT_BATCH_EMIT_INTERVAL_MILLIS,
                Math.toIntExact(descriptor.emitInterval(settings).toMillis()));
        // Storm's own strategies either keep an idle core half busy, or delay a batch at each of its dozen steps.
        config.put(Config.TOPOLOGY_BOLT_WAIT_STRATEGY, SignalledWait.class.getName());
        config.put(Config.TOPOLOGY_SPOUT_WAIT_STRATEGY, SignalledWait.class.getName());
        config.put(SignalledWait.MAX_WAIT_MS, spread.workers() == 1 ? IDLE_WAIT_MS : IDLE_WAIT_OF_MANY_MS);
        config.put(Config.TOPOLOGY_SPOUT_RECVQ_SKIPS, 0);
        config.put(Config.TOPOLOGY_WORKER_CHILDOPTS, workerOptions(spread.heapMb()));
        config.put(Config.TOPOLOGY_ACKER_EXECUTORS, 1);
        // Trident replays the batch of a worker that died after one to two of these time-outs. A batch that waits for a
        // server outlives them, which does no harm: its replays are empty or small.
        config.setMessageTimeoutSecs(MESSAGE_TIMEOUT_SECONDS);
        config.registerSerialization(Blocks.class, BlocksSerializer.class);
        return config;
    }

    /**
     * JVM options of a worker. The whole heap is touched before the first batch: to get it page by page costs 7% of the
     * processor. Huge pages save another 7% where the operating system offers them. Half of the heap is young: batches
     * in flight then survive half as many collections. The optimizing compiler waits until a method has run twenty
     * times as often as usual: that is still within seconds for what runs per event, and it need not compile the rest.
     */
    public static String workerOptions(int heapMb) {
        return ("-Xms%1$dm -Xmx%1$dm -XX:+AlwaysPreTouch -XX:+UseTransparentHugePages -XX:+UseParallelGC"
                        + " -XX:NewRatio=1 -XX:MetaspaceSize=128m"
                        + " -XX:Tier4InvocationThreshold=100000 -XX:Tier4MinInvocationThreshold=12000"
                        + " -XX:Tier4CompileThreshold=300000 -XX:Tier4BackEdgeThreshold=800000")
                .formatted(heapMb);
    }
}
