package io.lightflow.lab.step;

import io.lightflow.event.Block;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.rocksdb.RocksDbJoinStore;
import io.lightflow.topology.rocksdb.RocksDbSettings;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.file.PathUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The step with its reads and writes of a join store, per event: one shard of {@code lab/bench}, from an empty store.
 * The events are decoded before.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 6)
@Fork(1)
public class JoinBenchmark {
    /** The stores that need no server. */
    public enum Store {
        MEMORY,
        ROCKSDB
    }

    private static final int PLACEMENTS = 1_000;

    @Param({"MEMORY", "ROCKSDB"})
    private Store store;

    /** Traffic rules whose cost is measured. */
    public enum Rule {
        NONE,
        PREFETCH,
        STACKED,
        /** Clicks of an impression and of a key. */
        CLICKS,
        /** A limit for clicks in each placement. */
        PLACEMENTS
    }

    /** {@code -p rule=NONE,PREFETCH,STACKED,CLICKS,PLACEMENTS} compares them. */
    @Param("NONE")
    private Rule rule;

    private ShardTraffic traffic;
    private Path folder;
    private JoinStore opened;
    private ShardJoin join;
    private List<Block> blocks;

    @Setup(Level.Trial)
    public void encode() {
        traffic = new ShardTraffic();
    }

    @Setup(Level.Invocation)
    public void open() throws IOException {
        folder = Files.createTempDirectory("join-benchmark");
        opened = store == Store.MEMORY
                ? new MemoryJoinStore()
                : RocksDbJoinStore.acquire(new RocksDbSettings(folder.resolve("store"), Duration.ofDays(30)));
        join = new ShardJoin(JoinSettings.defaults("us").with(rules()), ShardTraffic.schemas(), opened);
        blocks = traffic.blocks();
    }

    private TrafficRules rules() {
        return new TrafficRules(
                List.of(),
                List.of(),
                rule == Rule.PREFETCH ? Prefetches.MARKED : Prefetches.IGNORED,
                rule == Rule.STACKED ? 1 : 0,
                rule == Rule.CLICKS ? 3 : 0,
                rule == Rule.CLICKS ? 20 : 0,
                rule == Rule.CLICKS ? Duration.ofMinutes(1) : Duration.ZERO,
                rule == Rule.PLACEMENTS ? Duration.ofMillis(500) : Duration.ZERO,
                rule == Rule.PLACEMENTS ? clickDelays() : Map.of(),
                Duration.ZERO,
                Duration.ZERO,
                Set.of());
    }

    private static Map<Placement, Duration> clickDelays() {
        Map<Placement, Duration> delays = new HashMap<>();
        for (int i = 0; i < PLACEMENTS; i++) {
            delays.put(
                    new Placement("publisher-" + i / 50 + ".example", "placement-" + (1000 + i % 50)),
                    Duration.ofMillis(200 + i));
        }
        return delays;
    }

    @Benchmark
    @OperationsPerInvocation(ShardTraffic.EVENTS)
    public Position join() {
        return join.run(blocks, outputs -> {});
    }

    @TearDown(Level.Invocation)
    public void close() throws IOException {
        opened.close();
        PathUtils.deleteDirectory(folder);
    }
}
