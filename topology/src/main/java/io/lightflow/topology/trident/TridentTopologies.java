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

    /** @param parallelism number of tasks; a task has the shards whose number modulo this is its own */
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
        // An idle executor polls at this interval. Storm's default, 1 ms after a thousand polls without a sleep, keeps
        // an idle core half busy.
        config.put(Config.TOPOLOGY_BOLT_WAIT_PROGRESSIVE_LEVEL2_COUNT, 0);
        config.put(Config.TOPOLOGY_BOLT_WAIT_PROGRESSIVE_LEVEL3_SLEEP_MILLIS, IDLE_SLEEP_MS);
        config.put(Config.TOPOLOGY_SPOUT_WAIT_PROGRESSIVE_LEVEL3_SLEEP_MILLIS, IDLE_SLEEP_MS);
        // The whole heap is touched before the first batch: to get it page by page costs 7% of the processor.
        config.put(
                Config.TOPOLOGY_WORKER_CHILDOPTS,
                "-Xms%1$dm -Xmx%1$dm -XX:+AlwaysPreTouch -XX:+UseParallelGC".formatted(spread.heapMb()));
        config.put(Config.TOPOLOGY_ACKER_EXECUTORS, 1);
        // A batch that waits for a server outlives this time-out, which does no harm. Trident replays the batch of a
        // worker that died after one to two of these time-outs.
        config.setMessageTimeoutSecs(MESSAGE_TIMEOUT_SECONDS);
        config.registerSerialization(Blocks.class, BlocksSerializer.class);
        return config;
    }
}
