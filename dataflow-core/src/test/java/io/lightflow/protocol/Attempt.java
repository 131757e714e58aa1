package io.lightflow.protocol;

import io.lightflow.position.Position;
import java.util.List;

/** The progress of one attempt at the shard. A crash loses all of it. */
sealed interface Attempt {

    /** It has crashed, was fenced off, or has not started. */
    record Down() implements Attempt {}

    /** It knows the ledger's position, because it opened the shard or made the last commit. */
    record Open(Interned<Position> position) implements Attempt {}

    /**
     * It has polled a block and is reading rows.
     *
     * @param end end offset of the block in each topic
     * @param answers the store's cells at each read so far
     */
    record Reading(Interned<Position> position, List<Long> end, List<Long> answers) implements Attempt {}

    /**
     * It has a result and writes its cells. Then it commits.
     *
     * @param unwritten cells that are not in the store yet
     */
    record Writing(Interned<Result> result, long unwritten) implements Attempt {}

    /** Its outputs are emitted, and the ledger has not moved yet. Only without {@link Rule#ATOMIC_LEDGER}. */
    record Torn(Interned<Result> result) implements Attempt {}
}
