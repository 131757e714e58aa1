package io.lightflow.topology.metrics;

import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.util.List;

/** A join store whose calls are measured. A step makes few of them, each for all events of its block. */
final class MeasuredStore implements JoinStore {
    private final JoinStore store;
    private final TaskMetrics metrics;

    MeasuredStore(JoinStore store, TaskMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
    }

    @Override
    public StoreReader reader(int shard) {
        StoreReader reader = store.reader(shard);
        return query -> {
            long begunNanos = System.nanoTime();
            StoreAnswer answer = reader.read(query);
            metrics.storeRead.observe((System.nanoTime() - begunNanos) / TaskMetrics.NANOS_PER_SECOND);
            int asked = answer.rows().size() + answer.events().size();
            int found = found(answer.rows()) + found(answer.events());
            metrics.found.inc(found);
            metrics.absent.inc(asked - found);
            return answer;
        };
    }

    private static int found(List<? extends List<?>> answers) {
        int found = 0;
        for (List<?> each : answers) {
            found += each.isEmpty() ? 0 : 1;
        }
        return found;
    }

    @Override
    public void write(List<StoreWrite> writes) {
        long begunNanos = System.nanoTime();
        store.write(writes);
        metrics.storeWrite.observe((System.nanoTime() - begunNanos) / TaskMetrics.NANOS_PER_SECOND);
    }

    @Override
    public void close() {
        store.close();
    }
}
