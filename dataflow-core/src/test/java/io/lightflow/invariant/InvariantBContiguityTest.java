package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A commit moves a topic-partition from exactly the ledger's offset: no record is counted twice or skipped. */
class InvariantBContiguityTest {
    private static final int INCARNATION = 0xcafe;

    private final TopicLog log = new TopicLog("eu.impressions", EventType.IMPRESSION, INCARNATION)
            .append(impression("a", 1), impression("b", 2), impression("c", 3), impression("d", 4));
    private final ShardRun run = new ShardRun(JoinSettings.defaults("eu"));

    @Test
    void aBlockThatBeginsAboveTheLedgerStopsWithBothOffsetsAndTheWayOut() {
        run.commit(block(0, 2));
        Position before = run.position();
        assertThatThrownBy(() -> run.commit(block(3, 4)))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("eu.impressions-3")
                .hasMessageContaining("cafe")
                .hasMessageContaining("up to offset 2")
                .hasMessageContaining("at offset 3")
                .hasMessageContaining("lightflow accept-gap --settings FILE --shard 3 --topic eu.impressions --to 3");
        assertThat(run.position()).isEqualTo(before);
    }

    @Test
    void theFirstBlockOfATopicMustBeginAtItsStart() {
        assertThatThrownBy(() -> run.commit(block(1, 4))).isInstanceOf(GapException.class);
    }

    @Test
    void anAcceptedGapLetsTheShardGoOn() {
        run.commit(block(0, 2));
        Position accepted = run.position().acceptingGap("eu.impressions", 3);
        assertThat(run.attempt(accepted, block(3, 4)).position().nextOffset("eu.impressions", INCARNATION))
                .isEqualTo(4);
        assertThatThrownBy(() -> run.position().acceptingGap("eu.impressions", 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected --to above the committed offset 2");
        assertThatThrownBy(() -> run.position().acceptingGap("eu.clicks", 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found eu.clicks");
    }

    @Test
    void recordsBelowTheLedgerAreSkippedOneByOne() {
        run.commit(block(0, 2));
        assertThat(ids(run.commit(block(0, 3)))).containsExactly("c");
        assertThat(ids(run.commit(block(1, 3)))).isEmpty();
        assertThat(ids(run.commit(block(0, 4)))).containsExactly("d");
        assertThat(run.position().books().total(Entry.IN)).isEqualTo(4);
    }

    @Test
    void aShorterReplayDoesNotMoveThePositionBack() {
        run.commit(block(0, 4));
        run.commit(block(0, 2));
        assertThat(run.position().nextOffset("eu.impressions", INCARNATION)).isEqualTo(4);
    }

    @Test
    void theRangeCountsAndNotTheRecordsInIt() {
        TopicLog holes = new TopicLog("eu.impressions", EventType.IMPRESSION, INCARNATION)
                .markers(2)
                .append(impression("a", 1))
                .markers(3);
        run.commit(ShardRun.block(List.of(holes.part(0, 1))));
        assertThat(run.position().nextOffset("eu.impressions", INCARNATION)).isEqualTo(1);
        assertThat(ids(run.commit(ShardRun.block(List.of(holes.part(1, 5)))))).containsExactly("a");
        run.commit(ShardRun.block(List.of(holes.part(5, 6))));
        assertThat(run.position().nextOffset("eu.impressions", INCARNATION)).isEqualTo(6);
    }

    @Test
    void aTopicThatWasMadeAgainBeginsAtZero() {
        run.commit(block(0, 4));
        TopicLog again = new TopicLog("eu.impressions", EventType.IMPRESSION, 0xbeef).append(impression("e", 5));
        assertThatThrownBy(() -> run.commit(ShardRun.block(List.of(again.part(1, 1)))))
                .isInstanceOf(GapException.class);
        assertThat(ids(run.commit(ShardRun.block(List.of(again.part(0, 1)))))).containsExactly("e");
        assertThat(run.position().nextOffset("eu.impressions", 0xbeef)).isEqualTo(1);
    }

    /** A zombie or a batch in flight may hold a block that was polled before its topic was recreated. */
    @Test
    void aBlockOfAFormerLifeGoesOnWhereThatLifeWasLeft() {
        run.commit(block(0, 2));
        TopicLog again = new TopicLog("eu.impressions", EventType.IMPRESSION, 0xbeef)
                .append(impression("e", 5), impression("f", 6));
        run.commit(ShardRun.block(List.of(again.part(0, 1))));
        assertThatThrownBy(() -> run.commit(block(3, 4))).isInstanceOf(GapException.class);
        assertThat(ids(run.commit(block(0, 4)))).containsExactly("c", "d");
        assertThat(run.position().nextOffset("eu.impressions", INCARNATION)).isEqualTo(4);
        assertThat(ids(run.commit(ShardRun.block(List.of(again.part(0, 2)))))).containsExactly("f");
        assertThat(run.position().nextOffset("eu.impressions", 0xbeef)).isEqualTo(2);
    }

    @Test
    void aBlockOfALifeThatWasMissedDoesNotStopTheOneThatCameAfterIt() {
        TopicLog again = new TopicLog("eu.impressions", EventType.IMPRESSION, 0xbeef)
                .append(impression("a", 1), impression("e", 5));
        assertThat(ids(run.commit(ShardRun.block(List.of(again.part(0, 1)))))).containsExactly("a");
        assertThat(ids(run.commit(block(0, 2)))).containsExactly("b");
        assertThat(ids(run.commit(ShardRun.block(List.of(again.part(1, 2)))))).containsExactly("e");
    }

    @Test
    void twoTopicsMustNotShareAnIncarnation() {
        TopicLog other = new TopicLog("eu.tags", EventType.TAG, INCARNATION);
        assertThatThrownBy(() -> run.commit(ShardRun.block(List.of(log.part(0, 1), other.part(0, 0)))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("eu.impressions")
                .hasMessageContaining("eu.tags");
        run.commit(block(0, 1));
        assertThatThrownBy(() -> run.commit(ShardRun.block(List.of(log.part(1, 1), other.part(0, 0)))))
                .isInstanceOf(IllegalStateException.class);
    }

    private Block block(long from, long to) {
        BlockPart part = log.part(from, to);
        return ShardRun.block(List.of(part));
    }

    private static List<String> ids(List<OutputReader.DecodedOutput> seen) {
        return seen.stream().map(one -> one.outcome().id()).toList();
    }
}
