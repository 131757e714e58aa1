package io.lightflow.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.position.Position;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemorySinkTest extends SinkContract<Long> {
    private final MemorySink.Store<Long> store = new MemorySink.Store<>();

    @Override
    protected Sink<Long> newWriter() {
        return new MemorySink<>(store);
    }

    @Override
    protected Long output(long amount) {
        return amount;
    }

    @Override
    protected long committedAmount() {
        return store.outputs().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void aFailureBeforeTheCommitLosesItAndOneAfterItDoesNot() {
        Sink<Long> sink = newWriter();
        List<Commit<Long>> commit = List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), 7L));
        sink.open(0);

        store.failNext(MemorySink.Moment.BEFORE_COMMIT);
        assertThatThrownBy(() -> sink.commit(commit)).isInstanceOf(SinkUnavailableException.class);
        assertThat(sink.open(0)).isEqualTo(Position.START);

        store.failNext(MemorySink.Moment.AFTER_COMMIT);
        assertThatThrownBy(() -> sink.commit(commit)).isInstanceOf(SinkUnavailableException.class);
        assertThat(sink.open(0)).isEqualTo(at(10));
        assertThat(committedAmount()).isEqualTo(7);
    }
}
