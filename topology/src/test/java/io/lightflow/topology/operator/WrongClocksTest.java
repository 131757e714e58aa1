package io.lightflow.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.ProducerClocks;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code lightflow show} names the servers with wrong clocks. */
class WrongClocksTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;

    private static List<String> describe(Map<String, Long> aheadMs, long lagMs) {
        ProducerClocks clocks = ProducerClocks.NONE;
        for (int second = 0; second < 100; second++) {
            long now = NOW + second * 1_000L;
            for (Map.Entry<String, Long> server : new TreeMap<>(aheadMs).entrySet()) {
                clocks = clocks.after(server.getKey(), now + server.getValue(), now + lagMs);
            }
        }
        TopicPosition at = new TopicPosition(List.of(new Incarnation(1, 10)), NOW, clocks);
        Position position = new Position(new TreeMap<>(Map.of("us-west.tags", at)), NOW, 1, Books.EMPTY);
        return new WrongClocks(List.of(new ShardStatus(3, position, 0, null))).describe();
    }

    @Test
    void rightClocksAreNotMentioned() {
        assertThat(describe(Map.of("web-1", 0L, "web-2", 900L), 300)).isEmpty();
    }

    @Test
    void aClockAheadOfTheReaderIsWrongWhoeverElseThereIs() {
        assertThat(describe(Map.of("web-1", 0L, "web-2", 50 * MINUTE), 0))
                .containsExactly("clock: server web-2 is 50m ahead of the reader's clock in us-west.tags-3");
        assertThat(describe(Map.of("web-2", 50 * MINUTE), 0)).hasSize(1);
    }

    @Test
    void aClockBehindMostOthersIsWrong() {
        assertThat(describe(Map.of("web-1", 0L, "web-2", 0L, "web-3", -50 * MINUTE), 5 * MINUTE))
                .containsExactly("clock: server web-3 is 50m behind most other servers in us-west.tags-3");
    }

    @Test
    void ofTwoClocksTheReaderTellsWhichOneIsWrong() {
        assertThat(describe(Map.of("web-1", -300L, "web-2", -50 * MINUTE), 0))
                .containsExactly("clock: server web-2 is 50m behind the reader's clock in us-west.tags-3");
    }

    @Test
    void aReaderThatLagsAccusesNobody() {
        assertThat(describe(Map.of("web-1", 0L, "web-2", 900L, "web-3", 100L), 5 * 60 * MINUTE))
                .isEmpty();
    }
}
