package io.lightflow.topology.metrics;

import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A sink whose commits are measured. The books of the positions tell which events a commit adds. A commit that failed
 * may have been made, so its events are counted when the ledger shows it.
 */
final class MeasuredSink<O> implements Sink<O> {
    private final Sink<O> sink;
    private final TaskMetrics metrics;
    private final Map<Integer, Position> positions;
    private final Map<Integer, ShardMove> inDoubt = new ConcurrentHashMap<>();

    /** @param positions takes the last known position of each shard */
    MeasuredSink(Sink<O> sink, TaskMetrics metrics, Map<Integer, Position> positions) {
        this.sink = sink;
        this.metrics = metrics;
        this.positions = positions;
    }

    @Override
    public Position open(int shard) {
        Position position = sink.open(shard);
        opened(shard, position);
        return position;
    }

    @Override
    public Map<Integer, Position> open(Collection<Integer> shards) {
        Map<Integer, Position> opened = sink.open(shards);
        opened.forEach(this::opened);
        return opened;
    }

    private void opened(int shard, Position position) {
        ShardMove doubted = inDoubt.remove(shard);
        if (doubted != null && doubted.next().equals(position)) {
            metrics.moved(doubted.expected().books(), position.books());
        }
        positions.put(shard, position);
    }

    @Override
    public void commit(List<Commit<O>> commits) {
        long begunNanos = System.nanoTime();
        try {
            sink.commit(commits);
            metrics.committed.inc();
        } catch (FencedException e) {
            metrics.fenced.inc();
            throw doubted(commits, e);
        } catch (CommitTimeoutException e) {
            metrics.timedOut.inc();
            throw doubted(commits, e);
        } catch (SinkUnavailableException e) {
            metrics.unavailable.inc();
            throw doubted(commits, e);
        } finally {
            metrics.commitSeconds.observe((System.nanoTime() - begunNanos) / TaskMetrics.NANOS_PER_SECOND);
        }
        for (Commit<O> commit : commits) {
            for (ShardMove move : commit.moves()) {
                metrics.moved(move.expected().books(), move.next().books());
                positions.put(move.shard(), move.next());
            }
        }
    }

    private <E extends RuntimeException> E doubted(List<Commit<O>> commits, E failure) {
        commits.forEach(commit -> commit.moves().forEach(move -> inDoubt.put(move.shard(), move)));
        return failure;
    }

    @Override
    public void release(int shard) {
        sink.release(shard);
    }

    @Override
    public void awaitVisible(Map<Integer, Position> committed) {
        sink.awaitVisible(committed);
    }

    @Override
    public Position read(int shard) {
        return sink.read(shard);
    }

    @Override
    public void close() {
        sink.close();
    }
}
