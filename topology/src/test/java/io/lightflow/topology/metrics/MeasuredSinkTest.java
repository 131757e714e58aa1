package io.lightflow.topology.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A measured sink is a sink, and counts each committed event once. */
class MeasuredSinkTest extends SinkContract<Long> {
    private final MemorySink.Store<Long> store = new MemorySink.Store<>();
    private final TopologyMetrics metrics = new TopologyMetrics(new ManualClock());
    private final TaskMetrics task = metrics.task("us", "dataflow");

    @Override
    protected Sink<Long> newWriter() {
        return task.measured(new MemorySink<>(store));
    }

    @Override
    protected Long output(long amount) {
        return amount;
    }

    @Override
    protected long committedAmount() {
        return store.outputs().stream().mapToLong(Long::longValue).sum();
    }

    private double joinedClicks() {
        return metrics.events.labelValues("us", "dataflow", "clicks", "joined").get();
    }

    private double commits(String outcome) {
        return metrics.commits.labelValues("us", "dataflow", outcome).get();
    }

    @Test
    void eventsOfACommitCountOnceItIsMade() {
        Sink<Long> sink = newWriter();
        sink.open(0);
        sink.commit(move(0, 10));
        sink.commit(move(10, 25));

        assertThat(joinedClicks()).isEqualTo(25);
        assertThat(commits("committed")).isEqualTo(2);
    }

    @Test
    void aFailedCommitCountsOnlyIfTheLedgerShowsIt() {
        Sink<Long> sink = newWriter();
        sink.open(0);
        sink.commit(move(0, 10));
        for (Moment moment : Moment.values()) {
            store.failNext(moment);
            assertThatThrownBy(() -> sink.commit(move(10, 25))).isInstanceOf(SinkUnavailableException.class);
            sink.open(0);
            assertThat(joinedClicks()).isEqualTo(moment == Moment.AFTER_COMMIT ? 25 : 10);
        }
        sink.open(0);

        assertThat(joinedClicks()).isEqualTo(25);
        assertThat(commits("unavailable")).isEqualTo(2);
    }

    private static List<Commit<Long>> move(long from, long to) {
        return List.of(new Commit<>(List.of(new ShardMove(0, from == 0 ? Position.START : at(from), at(to))), 1L));
    }
}
