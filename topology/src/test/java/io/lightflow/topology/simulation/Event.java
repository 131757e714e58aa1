package io.lightflow.topology.simulation;

/**
 * An event of a schedule. It is valid in any state of the world, so a schedule remains valid when events are removed.
 *
 * @param what kind of event
 * @param which task, topic or data center, taken modulo their number
 * @param amount extent of the event
 * @param blow blow that strikes the working task
 * @param salt seed of all random choices within the event
 */
record Event(What what, int which, int amount, Blow blow, long salt) {

    enum What {
        /** A dataflow task works on a batch. */
        JOIN(26),
        /** A stats-counter task works on a batch. */
        COUNT(14),
        /** A task's spout reads ahead while earlier batches are in flight. */
        READ_AHEAD(6),
        /** Mirrors copy records from their front clusters. */
        MIRROR(16),
        /** A mirror delivers its last records again. */
        MIRROR_AGAIN(2),
        /** A central topic is deleted, recreated and refilled: all offsets change. */
        REBUILD_TOPIC(1),
        /** All topics of a data center are deleted, recreated and refilled. */
        REBUILD_MIRROR(1),
        CUT_DC(1),
        HEAL_DC(2),
        /** A task is considered dead and gets a successor, but keeps working. */
        TAKE_OVER(3),
        /** A task that has a successor gets a block. */
        ZOMBIE(6),
        /** Trident's state is lost: the topology restarts at transaction 1. */
        WIPE_TRIDENT(1),
        /** Trident's state is rolled back to an older one. */
        ROLL_BACK_TRIDENT(1),
        /** The topology is submitted with another parallelism. */
        REBALANCE(2),
        /** A spout begins below the ledger, as after a stale hint. */
        REWIND(3),
        /** Time passes. */
        WAIT(2),
        /** The join store is copied, as for a backup. */
        COPY_STORE(2),
        /**
         * The dataflow topology ends, and another store is in place of its own: an empty, an older or a foreign one.
         */
        SWAP_STORE(1),
        /** The ledger of a shard is set back, as by restoring an old backup. The dataflow topology restarts. */
        SET_BACK_LEDGER(1),
        /** An operator restores what was set back, and fills the store again. */
        REPAIR(2),
        /** The topology is submitted with other windows, another allowed disorder or another row cap. */
        RECONFIGURE(1),
        /** The topology is submitted by a build with other schemas. */
        UPGRADE(1),
        /** Kafka is slow: the next large commits of the dataflow exceed the transaction's time-out. */
        SLOW_KAFKA(1),
        /** The schema registry is unavailable for some time. */
        REGISTRY_AWAY(1),
        /** Kafka reports the next commit of the dataflow as done, but stops and then forgets it. */
        FORGET_COMMIT(1),
        /** The log of a topic-partition is cut off before what was read of it, and filled with other records. */
        CUT_OFF_LOG(1);

        /** Relative frequency. */
        final int weight;

        What(int weight) {
            this.weight = weight;
        }

        /** Whether a task works, so that a blow can strike it. */
        boolean isWork() {
            return this == JOIN || this == COUNT || this == READ_AHEAD || this == ZOMBIE;
        }
    }

    /** The same event without its blow. */
    Event unharmed() {
        return new Event(what, which, amount, Blow.NONE, salt);
    }

    @Override
    public String toString() {
        String words = "%s, which %d, amount %d".formatted(Blow.word(what), which, amount);
        return blow == Blow.NONE ? words : words + ", " + blow;
    }
}
