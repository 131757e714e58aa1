package io.lightflow.topology.descriptor;

import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import java.util.List;
import java.util.function.UnaryOperator;

/** Moves a topology's ledger by commits without outputs. Not thread-safe. */
public interface LedgerMover extends AutoCloseable {

    /**
     * Takes a shard over from whoever works on it, and commits its next position. The topology takes the shard back.
     *
     * @param next derives the next position from the committed one
     */
    void move(int shard, UnaryOperator<Position> next);

    @Override
    void close();

    /** @param nothing an output without content */
    static <O> LedgerMover of(Sink<O> sink, O nothing) {
        return new LedgerMover() {
            @Override
            public void move(int shard, UnaryOperator<Position> next) {
                Position before = sink.open(shard);
                sink.commit(List.of(new Commit<>(List.of(new ShardMove(shard, before, next.apply(before))), nothing)));
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }
}
