package io.lightflow.peers.flink;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Adds up in memory before the shuffle. It is empty at every checkpoint. */
final class PreAggregation extends AbstractStreamOperator<RowChange>
        implements OneInputStreamOperator<RowChange, RowChange> {
    private static final long serialVersionUID = 1;
    private static final int MAX_ROWS = 20_000;
    private static final long INTERVAL_MS = 200;

    private transient Map<String, RowChange> changes;

    PreAggregation() {}

    @Override
    public void open() throws Exception {
        super.open();
        changes = new HashMap<>();
        scheduleTick();
    }

    private void scheduleTick() {
        getProcessingTimeService()
                .registerTimer(getProcessingTimeService().getCurrentProcessingTime() + INTERVAL_MS, this::tick);
    }

    private void tick(long timestamp) {
        emit();
        scheduleTick();
    }

    @Override
    public void processElement(StreamRecord<RowChange> element) {
        RowChange change = element.getValue();
        RowChange before = changes.putIfAbsent(change.row, change);
        if (before != null) {
            before.counts.add(change.counts);
        }
        if (changes.size() >= MAX_ROWS) {
            emit();
        }
    }

    private void emit() {
        changes.values().forEach(change -> output.collect(new StreamRecord<>(change)));
        changes.clear();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        emit();
    }

    @Override
    public void finish() throws Exception {
        emit();
        super.finish();
    }

    /** No event time is needed beyond. */
    @Override
    public void processWatermark(Watermark mark) {}
}
