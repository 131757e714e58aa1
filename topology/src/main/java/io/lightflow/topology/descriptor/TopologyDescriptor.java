package io.lightflow.topology.descriptor;

import io.lightflow.event.EventType;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TaskSpread;
import java.time.Duration;
import java.util.SortedMap;

/**
 * Everything that the platform knows about one topology: what it reads, how it works, where its ledger is, and how
 * Storm spreads it. Each topology implements this once, in its own package. A descriptor has no state; every method
 * derives its answer from the settings of a group.
 */
public interface TopologyDescriptor {

    /** The name in commands, ledgers and ZooKeeper. It is persisted, so it never changes. */
    String name();

    /** The name under which Storm knows the topology of a group. */
    default String stormName(String group) {
        return "lightflow-" + name() + "-" + group;
    }

    /** The id of the spout's transactions in Trident's part of ZooKeeper. */
    default String transactionId(String group) {
        return stormName(group);
    }

    /** Whether the group has this topology. Only a group that has it may be passed to the other methods. */
    default boolean isConfigured(GroupSettings settings) {
        return true;
    }

    /** The topics that the topology reads, with the type of event in each. */
    SortedMap<String, EventType> topics(GroupSettings settings);

    /** Creates the decoder of the topology's records. */
    EntryDecoder decoder(GroupSettings settings);

    /** Carries the entries that {@link #decoder} makes from one worker to another. */
    EntryCodec entryCodec();

    /** Opens the topology's ledger for reading. */
    ShardPositions positions(GroupSettings settings);

    /** Opens the topology's sink to move its ledger without outputs. */
    LedgerMover ledgerMover(GroupSettings settings);

    /**
     * Creates the loop of one task.
     *
     * @param metrics what it reports to; closed by the caller after the loop
     */
    BlockLoop loop(GroupSettings settings, TaskMetrics metrics);

    /** How Storm spreads the topology, from its section of the settings. */
    TaskSpread spread(GroupSettings settings);

    /** The most tasks that the topology may have, whatever is asked for. */
    default int maxTasks() {
        return Integer.MAX_VALUE;
    }

    /** The least time between two batches. */
    default Duration emitInterval(GroupSettings settings) {
        return settings.pace().emitInterval();
    }

    /**
     * Checks what the topology needs and cannot create itself. Submitting calls it before anything is created.
     *
     * @throws RuntimeException if something is missing or set up wrongly; the message says what to do
     */
    default void check(GroupSettings settings) {}

    /** Creates the topics and tables of the topology as far as they do not exist. Safe to repeat. */
    default void prepare(GroupSettings settings) {}
}
