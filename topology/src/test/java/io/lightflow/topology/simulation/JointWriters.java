package io.lightflow.topology.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The writers with which owners of several shards commit them together, as the Kafka sink does it. The ledger of each
 * shard names the writer of its owner, and whoever opens the shard fences this writer for all of its shards.
 */
final class JointWriters {
    private final Flaw flaw;
    private final Map<Integer, Integer> byShard = new HashMap<>();
    private final Set<Integer> fenced = new HashSet<>();
    private int last;

    JointWriters(Flaw flaw) {
        this.flaw = flaw;
    }

    /** Begins a writer, which no one has fenced. */
    int begin() {
        return ++last;
    }

    /** Fences the writer that the ledger of a shard names, unless it is the caller's own. */
    void fence(int shard, int own) {
        Integer named = byShard.get(shard);
        if (named != null && named != own && flaw != Flaw.JOINT_WRITERS_NOT_FENCED) {
            fenced.add(named);
        }
    }

    /** The ledger of a shard was changed by other means than a sink. Its owner does not continue from what it knows. */
    void ledgerChanged(int shard) {
        Integer named = byShard.get(shard);
        if (named != null) {
            fenced.add(named);
        }
    }

    /** Whether the ledger of a shard names the writer. */
    boolean isNamed(int shard, int writer) {
        return flaw == Flaw.ANY_WRITER_SHOWS_A_TAKEOVER || Objects.equals(byShard.get(shard), writer);
    }

    boolean isFenced(int writer) {
        return fenced.contains(writer);
    }

    /** The ledger of a shard names no writer from now on. */
    void release(int shard) {
        byShard.remove(shard);
    }

    /** The ledger of a shard names the writer from now on. */
    void name(int shard, int writer) {
        byShard.put(shard, writer);
    }
}
