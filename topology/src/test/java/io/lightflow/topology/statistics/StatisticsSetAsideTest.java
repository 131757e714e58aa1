package io.lightflow.topology.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.topology.loop.RetryException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that cannot be counted are set aside. */
class StatisticsSetAsideTest extends StatisticsLoopFixture {
    @Test
    void invariantK_eventsOnWhichCountingFailsAreSetAsideAndAllOthersCount() {
        process(block(0, 0, 10), block(1, 0, 5));
        assertThatThrownBy(() -> process(failing(block(0, 10, 30), 12, 29)))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("is set aside");
        assertThat(ledger.outputs()).isEmpty();

        process(failing(block(0, 0, 30), 12, 29), block(1, 0, 5));
        due();
        process();

        assertCommitted(33);
        assertThat(committed(0)).isEqualTo(30);
        assertThat(ledger.outputs().get(0).setAside())
                .extracting(record -> record.event().offset())
                .containsExactly(12L, 29L);
        Books books = ledger.position(0).books();
        assertThat(books.get(EventType.IMPRESSION, Books.Entry.REJECTED)).isEqualTo(2);
        assertThat(books.balanced()).isTrue();
        process(block(0, 30, 31));
        due();
        process();
        assertCommitted(34);
    }

    /** A block in which counting fails at some offsets: the facts there have no type. */
    private static Block failing(Block block, long... offsets) {
        BlockPart part = block.parts().get(0);
        List<BlockEntry> entries = new ArrayList<>(part.entries());
        for (long offset : offsets) {
            StatisticsFact fact = (StatisticsFact) entries.get((int) (offset - part.from()));
            entries.set(
                    (int) (offset - part.from()),
                    new StatisticsFact(offset, null, fact.time(), fact.row(), false, 1, 0));
        }
        return new Block(
                block.shard(),
                List.of(new BlockPart(
                        part.topic(), part.type(), part.incarnation(), part.from(), part.to(), false, entries)),
                block.readMs());
    }
}
