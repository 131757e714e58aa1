package io.lightflow.deploy.embedded;

import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.PollBudget;
import io.lightflow.topology.kafka.PollLimiter;
import io.lightflow.topology.kafka.ShardReader;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.metrics.TopologyMetrics;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The one task of a topology that owns all shards, without Storm. */
public final class TopologyProcess {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** Few, so that work takes several batches. */
    private static final int POLL_RECORDS = 100;

    /** Every batch has another number, also after a restart. */
    private static final AtomicLong TXID = new AtomicLong();

    private TopologyProcess() {}

    /**
     * Starts a new process, lets it work until a condition holds, and ends it.
     *
     * @param until is checked after each batch, and receives the ledger
     */
    public static void run(TopologyDescriptor topology, GroupSettings settings, Predicate<ShardPositions> until)
            throws Exception {
        List<Integer> shards = IntStream.range(0, settings.shards()).boxed().toList();
        KafkaClients clients = new KafkaClients(settings.kafka());
        PollLimiter limiter = new PollLimiter();
        try (BlockLoop loop = topology.loop(
                        settings, new TopologyMetrics(InstantSource.system()).task(settings.group(), topology.name()));
                ShardPositions positions = topology.positions(settings);
                ShardReader reader = new ShardReader(
                        clients.consumer(topology.name() + "-test", POLL_RECORDS, limiter),
                        limiter,
                        PollBudget.ofProcess(),
                        clients.admin(topology.name() + "-test-lookup"),
                        topology.topics(settings),
                        settings.shards(),
                        shards,
                        settings.pace(),
                        topology.decoder(settings),
                        InstantSource.system())) {
            Await.until(topology.name() + " is ready", LIMIT, () -> {
                boolean ready = reader.isReady();
                return ready || reader.canSeek();
            });
            reader.seek(positions.read(shards));
            Await.until(topology.name() + " has done its work", LIMIT, () -> {
                loop.process(TXID.incrementAndGet(), reader.poll());
                return until.test(positions);
            });
        }
    }
}
