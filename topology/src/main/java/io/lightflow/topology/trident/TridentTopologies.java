package io.lightflow.topology.trident;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TaskSpread;
import org.apache.storm.Config;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.trident.TridentTopology;
import org.apache.storm.tuple.Fields;

/** Builds the topologies of a group and their Storm settings. */
public final class TridentTopologies {
    private static final int IDLE_SLEEP_MS = 3;
    private static final int MESSAGE_TIMEOUT_SECONDS = 30;

    private TridentTopologies() {}

    /** @param parallelism number of tasks; each has the shards whose number modulo this is its own */
    public static StormTopology build(TopologyDescriptor descriptor, GroupSettings settings, int parallelism) {
        TridentTopology topology = new TridentTopology();
        topology.newStream(descriptor.transactionId(settings.group()), new BlockSpout(descriptor, settings))
                .parallelismHint(parallelism)
                .partitionPersist(
                        new LoopStateFactory(descriptor, settings),
                        new Fields(BlockSpout.BLOCKS),
                        new LoopState.Updater(),
                        new Fields())
                .parallelismHint(parallelism);
        return topology.build();
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
        // An executor that has nothing to do looks again after this; Storm's own 1 ms, after a thousand looks without a
        // sleep, keeps an idle core half busy.
        config.put(Config.TOPOLOGY_BOLT_WAIT_PROGRESSIVE_LEVEL2_COUNT, 0);
        config.put(Config.TOPOLOGY_BOLT_WAIT_PROGRESSIVE_LEVEL3_SLEEP_MILLIS, IDLE_SLEEP_MS);
        config.put(Config.TOPOLOGY_SPOUT_WAIT_PROGRESSIVE_LEVEL3_SLEEP_MILLIS, IDLE_SLEEP_MS);
        // All of the heap at once, before the first batch: to be given it page by page costs the processor 7%.
        config.put(
                Config.TOPOLOGY_WORKER_CHILDOPTS,
                "-Xms%1$dm -Xmx%1$dm -XX:+AlwaysPreTouch -XX:+UseParallelGC".formatted(spread.heapMb()));
        config.put(Config.TOPOLOGY_ACKER_EXECUTORS, 1);
        // A batch that waits for a server outlives it, which does no harm. One that a worker took with it when it
        // died comes again after one to two of it.
        config.setMessageTimeoutSecs(MESSAGE_TIMEOUT_SECONDS);
        config.registerSerialization(Blocks.class, BlocksSerializer.class);
        return config;
    }
}
