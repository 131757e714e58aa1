package io.lightflow.topology.simulation;

import static io.lightflow.topology.simulation.Promise.require;

import io.lightflow.position.Books.Entry;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.ShardMove;
import java.util.HashMap;
import java.util.Map;

/** A server that is too slow for large commits during some calls. It aborts what exceeds its time-out. */
final class Slowness {
    /** Enough to halve any block down to one record. */
    private static final int MAX_ATTEMPTS = 12;

    private int commits;
    private int maxOutputs;

    /** The next commits with more than a number of outputs time out. */
    void begin(int nextCommits, int outputs) {
        commits = nextCommits;
        maxOutputs = outputs;
    }

    /** The commits of one sink that timed out. */
    final class Timeouts {
        private final Map<Integer, ShardMove> last = new HashMap<>();
        private final Map<Integer, Integer> attempts = new HashMap<>();

        /** @throws CommitTimeoutException if the commit is too large */
        void strike(Commit<?> commit, int outputs) {
            if (commits == 0 || outputs <= maxOutputs) {
                return;
            }
            commits--;
            commit.moves().forEach(this::requireProgress);
            throw new CommitTimeoutException("the commit of " + outputs + " outputs took too long", null);
        }

        private void requireProgress(ShardMove move) {
            ShardMove before = last.put(move.shard(), move);
            boolean same =
                    before != null && before.next().books().equals(move.next().books());
            int count = attempts.merge(move.shard(), 1, (tried, one) -> same ? tried + one : one);
            require(
                    records(move) < 2 || count < MAX_ATTEMPTS,
                    () -> "a commit that exceeds its time-out is split: " + records(move) + " records were tried "
                            + count + " times");
        }
    }

    private static long records(ShardMove move) {
        return move.next().books().total(Entry.IN) - move.expected().books().total(Entry.IN);
    }
}
