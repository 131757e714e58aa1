package io.lightflow.topology.statistics;

import io.lightflow.event.Block;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.topology.BlockLoop;
import io.lightflow.topology.RetryException;
import io.lightflow.topology.StoppedShards;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The loop of the topology {@code stats-counter}: sums blocks in memory and commits rows and positions together once
 * per micro-batch. Until then the ledger stays where it was, so whatever is lost with the memory is read again.
 */
public final class StatisticsLoop implements BlockLoop {
    private final Sink<Statistics> sink;
    private final Duration microBatch;
    private final int maxRows;
    private final InstantSource clock;
    private final StoppedShards stopped;

    /** What the ledger holds, by open shard. */
    private final Map<Integer, Position> committed = new TreeMap<>();
    /** How far each open shard has been summed into {@link #rows}. */
    private final Map<Integer, Position> summed = new TreeMap<>();

    private Statistics rows = new Statistics();
    private long lastCommitMs;

    public StatisticsLoop(Sink<Statistics> sink, Duration microBatch, int maxRows, InstantSource clock) {
        this.sink = sink;
        this.microBatch = microBatch;
        this.maxRows = maxRows;
        this.clock = clock;
        this.stopped = new StoppedShards(clock);
        this.lastCommitMs = clock.millis();
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        List<RetryException> gaps = new ArrayList<>();
        try {
            stopped.tryAgain();
            for (Block block : blocks) {
                if (!stopped.isStopped(block.shard())) {
                    sum(txid, block).ifPresent(gaps::add);
                }
            }
            boolean due = clock.millis() - lastCommitMs >= microBatch.toMillis() || rows.size() >= maxRows;
            if (due) {
                commit();
            }
        } catch (SinkUnavailableException e) {
            forget();
            throw new RetryException("batch " + txid + " did not get through: " + e.getMessage(), e);
        } catch (FencedException e) {
            forget();
            throw e;
        }
        if (!gaps.isEmpty()) {
            forget();
            throw gaps.get(0);
        }
    }

    private Optional<RetryException> sum(long txid, Block block) {
        int shard = block.shard();
        Position position = summed.get(shard);
        if (position == null) {
            position = sink.open(shard);
            committed.put(shard, position);
            summed.put(shard, position);
        }
        try {
            summed.put(shard, StatisticsStep.run(position, block, txid, rows));
            stopped.wentWell(shard);
            return Optional.empty();
        } catch (GapException e) {
            return stopped.found(shard, e);
        }
    }

    private void commit() {
        lastCommitMs = clock.millis();
        List<ShardMove> moves = new ArrayList<>(summed.size());
        summed.forEach((shard, next) -> {
            if (!next.topics().equals(committed.get(shard).topics())) {
                moves.add(new ShardMove(shard, committed.get(shard), next));
            }
        });
        if (moves.isEmpty()) {
            return;
        }
        sink.commit(List.of(new Commit<>(moves, rows)));
        moves.forEach(move -> committed.put(move.shard(), move.next()));
        rows = new Statistics();
    }

    /** What was summed and not committed is thrown away, and read again from the ledger. */
    private void forget() {
        rows = new Statistics();
        summed.clear();
        committed.clear();
    }

    @Override
    public void close() {
        sink.close();
    }
}
