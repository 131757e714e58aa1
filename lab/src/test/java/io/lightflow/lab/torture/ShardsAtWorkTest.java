package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A commit of one shard is the first commit; only when all are beyond the fault has the topology got over it. */
class ShardsAtWorkTest {
    private static final Moment FAULT = new Moment(System.nanoTime(), 1_000);

    private List<Position> positions = List.of(shard(900, 1), shard(950, 1));

    private static Position shard(long watermark, long txid) {
        return new Position(new TreeMap<>(), watermark, txid, Books.EMPTY);
    }

    @Test
    void theFirstCommitNeedNotBeBeyondTheFault() {
        ShardsAtWork shards = new ShardsAtWork(() -> positions, FAULT);
        assertThat(shards.areBeyond()).isFalse();
        assertThatIllegalStateException().isThrownBy(shards::secondsToFirstCommit);

        positions = List.of(shard(900, 1), shard(950, 2));
        assertThat(shards.areBeyond()).isFalse();
        double first = shards.secondsToFirstCommit();

        positions = List.of(shard(1_001, 3), shard(1_002, 3));
        assertThat(shards.areBeyond()).isTrue();
        assertThat(shards.secondsToFirstCommit()).isEqualTo(first);
    }

    @Test
    void aLedgerThatIsAwayIsWaitedOut() {
        positions = List.of();
        ShardsAtWork shards = new ShardsAtWork(() -> positions, FAULT);
        assertThat(shards.areBeyond()).isFalse();

        positions = List.of(shard(900, 1));
        assertThat(shards.areBeyond()).isFalse();
        assertThatIllegalStateException().isThrownBy(shards::secondsToFirstCommit);
    }

    @Test
    void whoIsBeyondAtOnceHasCommitted() {
        positions = List.of(shard(1_500, 4));
        ShardsAtWork shards = new ShardsAtWork(() -> positions, FAULT);

        assertThat(shards.areBeyond()).isTrue();
        assertThat(shards.secondsToFirstCommit()).isNotNegative();
    }
}
