package io.lightflow.topology.trace;

import io.lightflow.position.Position;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SubmittedRules;
import io.lightflow.topology.statistics.StatisticsTopology;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * How far the topologies of a group are, and the rules that were submitted, as far as this can be looked up now.
 *
 * @param joined positions of {@code dataflow} by shard; empty if its ledger is unavailable
 * @param counted positions of {@code stats-counter} by shard; empty if PostgreSQL is unavailable
 * @param rules of the join
 * @param notes what could not be looked up
 */
record GroupState(
        Optional<Map<Integer, Position>> joined,
        Optional<Map<Integer, Position>> counted,
        RulesOfArrival rules,
        List<String> notes) {
    /** A ledger that is unavailable must not keep the rest of the answer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(12);

    private static final Duration RULES_TIMEOUT = Duration.ofSeconds(3);

    /** Asks all of them at once. */
    static GroupState read(GroupSettings settings, Instant now) {
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "lightflow-trace-state");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Future<Map<Integer, Position>> joined =
                    threads.submit(() -> positions(DataflowTopology.INSTANCE, settings));
            Future<Map<Integer, Position>> counted =
                    threads.submit(() -> positions(StatisticsTopology.INSTANCE, settings));
            Future<List<SubmittedRules>> submitted = threads.submit(() -> {
                try (GroupNodes nodes = GroupNodes.connect(settings, DataflowTopology.INSTANCE)) {
                    return nodes.submittedRules(now);
                }
            });
            List<String> notes = new ArrayList<>();
            RulesOfArrival rules = new RulesOfArrival(
                    settings.group(),
                    get(
                                    submitted,
                                    RULES_TIMEOUT,
                                    "cannot look up the rules that were submitted; those of the settings count: ",
                                    notes)
                            .orElse(List.of()),
                    settings.join());
            return new GroupState(
                    get(joined, TIMEOUT, "cannot look up the position of dataflow: ", notes),
                    get(counted, TIMEOUT, "cannot look up the position of stats-counter: ", notes),
                    rules,
                    notes);
        } finally {
            threads.shutdown();
        }
    }

    private static Map<Integer, Position> positions(TopologyDescriptor topology, GroupSettings settings) {
        try (ShardPositions positions = topology.positions(settings)) {
            return positions.read(IntStream.range(0, settings.shards()).boxed().toList());
        }
    }

    private static <T> Optional<T> get(Future<T> future, Duration timeout, String failure, List<String> notes) {
        try {
            return Optional.of(future.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            notes.add(failure + e.getCause().getMessage());
        } catch (TimeoutException e) {
            notes.add(failure + "no answer within " + timeout.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failure + "interrupted", e);
        }
        return Optional.empty();
    }

    /** The position of {@code dataflow}; empty if unknown. */
    Optional<Position> joined(int shard) {
        return joined.map(positions -> positions.get(shard));
    }

    /** The position of {@code stats-counter}; empty if unknown. */
    Optional<Position> counted(int shard) {
        return counted.map(positions -> positions.get(shard));
    }

    /** The least watermark of all shards of both topologies; empty if unknown. */
    Optional<Long> leastWatermark() {
        if (joined.isEmpty() || counted.isEmpty()) {
            return Optional.empty();
        }
        long least = Long.MAX_VALUE;
        for (Map<Integer, Position> positions : List.of(joined.get(), counted.get())) {
            for (Position position : positions.values()) {
                least = Math.min(least, position.watermark());
            }
        }
        return Optional.of(least);
    }
}
