package io.lightflow.peers.flink;

import io.lightflow.peers.PeerSettings;
import io.lightflow.peers.RowCounts;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Keeps the totals of a row, and emits them after each change. */
final class RowTotals extends KeyedProcessFunction<String, RowChange, RowChange> {
    private static final long serialVersionUID = 1;
    private static final long CLEANUP_QUERY_INTERVAL = 1_000;

    private transient ValueState<RowCounts> totals;

    RowTotals() {}

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<RowCounts> descriptor =
                new ValueStateDescriptor<>("totals", TypeInformation.of(RowCounts.class));
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(PeerSettings.WINDOW_MS))
                .cleanupInRocksdbCompactFilter(CLEANUP_QUERY_INTERVAL)
                .build());
        totals = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(RowChange change, Context context, Collector<RowChange> changed) throws Exception {
        RowCounts counts = totals.value();
        if (counts == null) {
            counts = new RowCounts();
        }
        counts.add(change.counts);
        totals.update(counts);
        changed.collect(new RowChange(change.row, counts));
    }
}
