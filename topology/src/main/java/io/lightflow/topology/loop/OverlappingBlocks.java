package io.lightflow.topology.loop;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;

/**
 * Blocks that begin below the ledger. What lies below it counts as read, which holds only for records of the leaders
 * that the ledger knows: a later leader may have put others in their place after an unclean election.
 */
public final class OverlappingBlocks {
    private OverlappingBlocks() {}

    /**
     * Requires that no later leader wrote a part that begins below the ledger. The next attempt reads from the ledger
     * on, and Kafka then tells whether the log was cut off.
     *
     * @throws RetryException if there is such a part
     */
    public static void requireKnownLeaders(Position ledger, Block block) {
        for (BlockPart part : block.parts()) {
            TopicPosition at = ledger.topics().get(part.topic());
            if (at == null || part.leaderEpoch() == Incarnation.NO_EPOCH) {
                continue;
            }
            for (Incarnation life : at.incarnations()) {
                if (life.id() == part.incarnation()
                        && life.leaderEpoch() != Incarnation.NO_EPOCH
                        && part.leaderEpoch() > life.leaderEpoch()
                        && part.from() < life.nextOffset()) {
                    throw new RetryException(
                            part.topic() + "-" + block.shard() + " is read again from offset " + life.nextOffset()
                                    + " on: a leader of epoch " + part.leaderEpoch() + " wrote to it, and the ledger"
                                    + " knows epoch " + life.leaderEpoch(),
                            null);
                }
            }
        }
    }
}
