package io.lightflow.topology.simulation;

import static io.lightflow.topology.simulation.Promise.requireEqual;

import io.lightflow.event.OutputEvent;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;

/** Inspects the commits after every step, and asserts invariants A to J. */
final class Auditor {
    private final JoinedLog joined;
    private final StatisticsTables tables;
    private final Backend<List<OutputEvent>> joinBackend;
    private final Backend<Statistics> countBackend;
    private final Journal journal;
    private final List<ShardAudit> shards = new ArrayList<>();
    private final CountAudit counts;
    private int joinsSeen;
    private int countsSeen;
    private long outputs;

    Auditor(
            Schedule schedule,
            List<Stream> streams,
            TestSchemas schemas,
            CentralCluster central,
            JoinedLog joined,
            StatisticsTables tables,
            Backend<List<OutputEvent>> joinBackend,
            Backend<Statistics> countBackend,
            Journal journal) {
        this.joined = joined;
        this.tables = tables;
        this.joinBackend = joinBackend;
        this.countBackend = countBackend;
        this.journal = journal;
        OutputReader reader = new OutputReader(schemas);
        for (int shard = 0; shard < streams.size(); shard++) {
            shards.add(new ShardAudit(shard, streams.get(shard), schedule, schemas, central, reader));
        }
        counts = new CountAudit(joined, reader);
    }

    /** Inspects the commits of a step. */
    void audit() {
        for (; joinsSeen < joinBackend.history().size(); joinsSeen++) {
            Commit<List<OutputEvent>> commit = joinBackend.history().get(joinsSeen);
            tell("joined", commit);
            for (ShardMove move : commit.moves()) {
                shards.get(move.shard()).audit(move, commit.output(), joinBackend.rules(joinsSeen));
            }
            outputs += commit.output().size();
        }
        requireEqual(joined.visible(), outputs, "A: outputs are visible just as far as the ledger has moved");
        int before = countsSeen;
        for (; countsSeen < countBackend.history().size(); countsSeen++) {
            Commit<Statistics> commit = countBackend.history().get(countsSeen);
            tell("counted", commit);
            commit.moves().forEach(counts::audit);
        }
        requireEqual(tables.commits(), (long) countsSeen, "A: rows are visible just as far as the ledger has moved");
        if (countsSeen > before) {
            requireEqual(tables.rows(), counts.rows(), "A, G: the tables hold what the ledger says has been counted");
        }
    }

    private void tell(String what, Commit<?> commit) {
        for (ShardMove move : commit.moves()) {
            journal.tell(
                    () -> "    " + what + " shard " + move.shard() + " up to " + PositionCodec.encode(move.next()));
        }
    }

    /** Final assertions, after everything has been read. */
    void finish() {
        RowSums expected = new RowSums();
        for (ShardAudit shard : shards) {
            shard.finish(joined.committed(shard.number()), expected);
        }
        requireEqual(
                RowSums.withoutDataCenter(tables.rows()),
                expected.rows(),
                "E, G: the tables hold what brute force counts");
    }
}
