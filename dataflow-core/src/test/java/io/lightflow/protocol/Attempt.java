package io.lightflow.protocol;

import io.lightflow.position.Position;
import java.util.List;

/** Where one attempt at the shard stands. Everything in it is lost when it crashes. */
sealed interface Attempt {

    /** It has crashed, has been refused, or has not begun. */
    record Down() implements Attempt {}

    /** It knows the ledger's position, since it has opened the shard or made the last commit. */
    record Open(Known<Position> position) implements Attempt {}

    /**
     * It has polled a block and is reading rows.
     *
     * @param end offset of each topic where the block ends
     * @param answers the store's cells at each of its reads so far
     */
    record Reading(Known<Position> position, List<Long> end, List<Long> answers) implements Attempt {}

    /**
     * It has a result, and writes cells until none is missing; then it commits.
     *
     * @param unwritten cells that the store does not hold yet
     */
    record Writing(Known<Result> result, long unwritten) implements Attempt {}

    /** Its outputs are out, the ledger is still to be moved. Only without {@link Rule#ATOMIC_LEDGER}. */
    record Torn(Known<Result> result) implements Attempt {}
}
