package io.lightflow.topology.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.loop.RetryException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The statistics loop sums blocks: every event is in the committed rows once. */
class StatisticsLoopTest extends StatisticsLoopFixture {
    @Test
    void committedAtMostEvery400Milliseconds() {
        process(block(0, 0, 10), block(1, 0, 5));
        clock.advance(Duration.ofMillis(399));
        process(block(0, 10, 20));
        assertThat(ledger.outputs()).isEmpty();

        clock.advance(Duration.ofMillis(1));
        process();

        assertThat(ledger.outputs()).hasSize(1);
        assertCommitted(25);
        assertThat(committed(0)).isEqualTo(20);
        assertThat(committed(1)).isEqualTo(5);
        process(block(0, 20, 21));
        assertThat(ledger.outputs()).hasSize(1);
    }

    @Test
    void commitsTakeAFifthOfTheTimeWithinTheMicroBatch() {
        helper.duration = Duration.ofSeconds(2);
        process(block(0, 0, 10));
        due();
        process();
        assertThat(ledger.outputs()).hasSize(1);

        // The commit began 4 s ago by this clock; news come all the time, so the loop waits for more rows.
        for (int i = 10; i < 17; i++) {
            clock.advance(Duration.ofMillis(800));
            process(block(0, i, i + 1));
            assertThat(ledger.outputs()).hasSize(1);
        }
        clock.advance(Duration.ofMillis(800));
        process(block(0, 17, 18));

        assertThat(ledger.outputs()).hasSize(2);
    }

    @Test
    void theLastRowsOfABacklogAreCommittedOnceNothingHasComeFor400Milliseconds() {
        helper.duration = Duration.ofSeconds(2);
        process(block(0, 0, 10));
        due();
        process();
        process(block(0, 10, 20));
        clock.advance(Duration.ofMillis(399));
        process();
        assertThat(ledger.outputs()).hasSize(1);

        clock.advance(Duration.ofMillis(1));
        process();

        assertCommitted(20);
    }

    @Test
    void nothingNewIsNoCommit() {
        process(block(0, 0, 10));
        due();
        process();
        due();
        process();
        process(block(0, 0, 10));
        due();
        process();

        assertThat(ledger.outputs()).hasSize(1);
        assertCommitted(10);
    }

    @Test
    void asManyRowsAsMemoryShouldHoldAreCommittedEarly() {
        try (StatisticsLoop small = loop(10)) {
            small.process(1, List.of(block(0, 0, 9)));
            assertThat(ledger.outputs()).isEmpty();
            small.process(2, List.of(block(0, 9, 10)));
        }
        assertCommitted(10);
    }

    @Test
    void invariantB_blocksThatComeAgainLongerShorterOrTheSameCountOnce() {
        process(block(0, 0, 10));
        process(block(0, 0, 10));
        process(block(0, 0, 4));
        process(block(0, 3, 15));
        due();
        process(block(0, 12, 15));
        process(block(0, 0, 20));
        due();
        process();

        assertCommitted(20);
        assertThat(committed(0)).isEqualTo(20);
    }

    @Test
    void invariantB_aGapStopsItsShardAfterOneRetryAndNoOther() {
        process(block(0, 0, 10), block(1, 0, 10), block(2, 0, 10));
        due();
        process();

        clock.advance(Duration.ofSeconds(9));
        // Two shards have a gap at once; one retry tells for both.
        assertThatThrownBy(() -> process(block(0, 15, 20), block(1, 10, 20), block(2, 11, 20)))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("10")
                .hasMessageContaining("15");
        process(block(0, 15, 20), block(1, 10, 20), block(2, 11, 20));
        due();
        process(block(0, 20, 30), block(1, 20, 30), block(2, 20, 30));

        assertThat(List.of(committed(0), committed(1), committed(2))).containsExactly(10L, 30L, 10L);
        assertCommitted(50);
    }

    @Test
    void invariantB_aGapCostsTheOtherShardsNothingThatWasSummed() {
        process(block(0, 0, 10), block(1, 0, 10));
        assertThatThrownBy(() -> process(block(0, 15, 20), block(1, 10, 20))).isInstanceOf(RetryException.class);
        // All of it is replayed from the ledger; what is summed already is skipped, and committed when the shard stops.
        process(block(0, 15, 20), block(1, 0, 20));

        assertCommitted(30);
        assertThat(List.of(committed(0), committed(1))).containsExactly(10L, 20L);
    }

    @Test
    void invariantB_aStoppedShardGoesOnOnceItHasBeenMended() {
        stopShard0At5();
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(block(0, 0, 20));
        due();
        process();

        assertCommitted(20);
    }

    @Test
    void invariantB_aStoppedShardGoesOnFromTheLedgerOnceAnOperatorHasAcceptedTheGap() {
        stopShard0At5();
        MemorySink<Statistics> operator = new MemorySink<>(ledger);
        Position before = operator.open(0);
        Position after = new Position(
                new TreeMap<>(
                        Map.of(TOPIC, new TopicPosition(List.of(new Incarnation(INCARNATION, 5)), Position.NO_TIME))),
                before.watermark(),
                before.txid(),
                before.books());
        operator.commit(List.of(new Commit<>(List.of(new ShardMove(0, before, after)), new Statistics())));

        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(block(0, 5, 20));
        due();
        process();

        assertCommitted(15);
        assertThat(committed(0)).isEqualTo(20);
    }

    private void stopShard0At5() {
        assertThatThrownBy(() -> process(block(0, 5, 20))).isInstanceOf(RetryException.class);
        process(block(0, 5, 20));
        clock.advance(Duration.ofSeconds(2));
        process();
    }
}
