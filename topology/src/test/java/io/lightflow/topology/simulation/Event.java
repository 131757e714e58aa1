package io.lightflow.topology.simulation;

/**
 * One thing that happens. It means something in any state of the world, so that a schedule stays one when events are
 * taken out of it.
 *
 * @param what the kind
 * @param which task, topic or data center, taken modulo their number
 * @param amount how much of it
 * @param blow what befalls the task that works
 * @param salt seed of everything that is left to chance within the event
 */
record Event(What what, int which, int amount, Blow blow, long salt) {

    enum What {
        /** A task of the dataflow works on a batch. */
        JOIN(26),
        /** A task of the stats-counter works on a batch. */
        COUNT(14),
        /** A task's spout reads ahead, while batches before are still in flight. */
        READ_AHEAD(6),
        /** Mirrors copy what their front clusters have. */
        MIRROR(16),
        /** A mirror delivers again what it delivered last. */
        MIRROR_AGAIN(2),
        /** A central topic is deleted, recreated and filled again: all offsets change. */
        REBUILD_TOPIC(1),
        /** All of a DC's topics are. */
        REBUILD_MIRROR(1),
        CUT_DC(1),
        HEAL_DC(2),
        /** A task is thought dead and gets a successor, but keeps working. */
        TAKE_OVER(3),
        /** One that has a successor gets a block. */
        ZOMBIE(6),
        /** Trident's state is lost: the topology starts again at transaction 1. */
        WIPE_TRIDENT(1),
        /** Trident's state is set back to an older one. */
        ROLL_BACK_TRIDENT(1),
        /** The topology is submitted with another parallelism. */
        REBALANCE(2),
        /** A spout begins below the ledger, as by an old hint. */
        REWIND(3),
        /** Time goes by. */
        WAIT(2);

        /** How often it happens, relative to the others. */
        final int weight;

        What(int weight) {
            this.weight = weight;
        }

        /** Whether a task works, and can be struck by a blow. */
        boolean isWork() {
            return this == JOIN || this == COUNT || this == READ_AHEAD || this == ZOMBIE;
        }
    }

    /** The same without the blow. */
    Event unharmed() {
        return new Event(what, which, amount, Blow.NONE, salt);
    }

    @Override
    public String toString() {
        String words = "%s, which %d, amount %d".formatted(Blow.word(what), which, amount);
        return blow == Blow.NONE ? words : words + ", " + blow;
    }
}
