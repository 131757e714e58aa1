package io.lightflow.topology.loop;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After an unclean leader election, other records may lie below the ledger than those that were read. */
class OverlappingBlocksTest {
    private static final String TOPIC = "us-east.clicks";
    private static final Position LEDGER = Position.START.withTopics(
            new TreeMap<>(Map.of(TOPIC, new TopicPosition(List.of(new Incarnation(7, 10, 3)), Position.NO_TIME))));

    private static Block block(int incarnation, long from, long to, int leaderEpoch) {
        return new Block(
                2,
                List.of(new BlockPart(TOPIC, EventType.CLICK, incarnation, from, to, false, List.of(), leaderEpoch)),
                0);
    }

    @ParameterizedTest
    @CsvSource({"5, 20", "5, 8", "9, 10"})
    void aPartBelowTheLedgerFromALaterLeaderIsReadAgain(long from, long to) {
        assertThatThrownBy(() -> OverlappingBlocks.requireKnownLeaders(LEDGER, block(7, from, to, 4)))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("us-east.clicks-2 is read again from offset 10 on");
    }

    @Test
    void otherPartsAreTaken() {
        for (Block taken : List.of(block(7, 5, 20, 3), block(7, 10, 20, 4), block(7, 5, 20, -1), block(8, 0, 5, 4))) {
            assertThatCode(() -> OverlappingBlocks.requireKnownLeaders(LEDGER, taken))
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> OverlappingBlocks.requireKnownLeaders(Position.START, block(7, 0, 5, 4)))
                .doesNotThrowAnyException();
    }
}
