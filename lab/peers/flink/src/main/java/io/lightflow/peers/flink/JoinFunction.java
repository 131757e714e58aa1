package io.lightflow.peers.flink;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.peers.EventReader;
import io.lightflow.peers.JoinedRecords;
import io.lightflow.peers.LastClick;
import io.lightflow.peers.PeerOutput;
import io.lightflow.peers.PeerSettings;
import io.lightflow.peers.RowCounts;
import io.lightflow.peers.RowKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Joins the events of a join key. A conversion is decided when the watermark has passed its time, so that every earlier
 * click has been seen.
 */
final class JoinFunction extends KeyedProcessFunction<String, LightRecord, OutputRecord> {
    static final OutputTag<RowChange> STATISTICS = new OutputTag<>("statistics", TypeInformation.of(RowChange.class));

    private static final long serialVersionUID = 1;
    private static final EventType[] TYPES = EventType.values();
    private static final long CLEANUP_QUERY_INTERVAL = 1_000;

    /** By impression id: the impression, or the clicks that wait for it. One look-up finds either. */
    private transient MapState<String, byte[]> impressions;
    /** Ids of clicks and conversions. */
    private transient MapState<String, Boolean> seen;
    /** Joined clicks by click id. */
    private transient MapState<String, byte[]> clicks;
    /** Conversions that wait for the watermark, by id. */
    private transient MapState<String, byte[]> waitingConversions;

    private transient EventReader reader;
    private transient RowKeys rows;

    JoinFunction() {}

    @Override
    public void open(OpenContext context) {
        impressions = state("impressions", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
        seen = state("seen", Types.BOOLEAN);
        clicks = state("clicks", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
        waitingConversions = state("waiting-conversions", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
        reader = new EventReader();
        rows = new RowKeys();
    }

    private <T> MapState<String, T> state(String name, TypeInformation<T> type) {
        MapStateDescriptor<String, T> descriptor = new MapStateDescriptor<>(name, Types.STRING, type);
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(PeerSettings.WINDOW_MS))
                .cleanupInRocksdbCompactFilter(CLEANUP_QUERY_INTERVAL)
                .build());
        return getRuntimeContext().getMapState(descriptor);
    }

    @Override
    public void processElement(LightRecord record, Context context, Collector<OutputRecord> outputs) throws Exception {
        switch (TYPES[record.type]) {
            case IMPRESSION -> impression(record, context, outputs);
            case CLICK -> click(record, context, outputs);
            case CONVERSION -> conversion(record, context);
            case TAG -> throw new IllegalStateException("expected no tags, found one");
        }
    }

    private void impression(LightRecord record, Context context, Collector<OutputRecord> outputs) throws Exception {
        Impression impression = reader.impression(record.value);
        byte[] before = impressions.get(impression.getId());
        if (before != null && !WaitingClicks.isOne(before)) {
            return;
        }
        impressions.put(impression.getId(), record.value);
        outputs.collect(new OutputRecord(PeerOutput.IMPRESSIONS, record.joinKey, impression.getTime(), record.value));
        RowCounts counts = new RowCounts();
        counts.addImpression(impression);
        context.output(STATISTICS, new RowChange(rows.of(impression.getTime(), impression), counts));
        if (before != null) {
            for (byte[] click : WaitingClicks.unpack(before)) {
                join(click, record.value, context, outputs);
            }
        }
    }

    private void click(LightRecord record, Context context, Collector<OutputRecord> outputs) throws Exception {
        Click click = reader.click(record.value);
        if (isRepeated(click.getId())) {
            return;
        }
        byte[] found = impressions.get(click.getImpressionId());
        if (found == null || WaitingClicks.isOne(found)) {
            impressions.put(click.getImpressionId(), WaitingClicks.with(found, record.value));
        } else {
            join(record.value, found, context, outputs);
        }
    }

    private void join(byte[] clickValue, byte[] impressionValue, Context context, Collector<OutputRecord> outputs)
            throws Exception {
        Click click = reader.click(clickValue);
        byte[] joined = JoinedRecords.click(clickValue, impressionValue);
        clicks.put(click.getId(), joined);
        outputs.collect(new OutputRecord(PeerOutput.CLICKS, context.getCurrentKey(), click.getTime(), joined));
        RowCounts counts = new RowCounts();
        counts.addClick(click.getPriceMicros());
        String row = rows.of(click.getTime(), reader.impression(impressionValue));
        context.output(STATISTICS, new RowChange(row, counts));
    }

    private void conversion(LightRecord record, Context context) throws Exception {
        Conversion conversion = reader.conversion(record.value);
        if (!isRepeated(conversion.getId())) {
            waitingConversions.put(conversion.getId(), record.value);
            context.timerService().registerEventTimeTimer(conversion.getTime());
        }
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<OutputRecord> outputs) throws Exception {
        List<byte[]> due = new ArrayList<>(1);
        for (byte[] waiting : waitingConversions.values()) {
            if (reader.conversion(waiting).getTime() <= timestamp) {
                due.add(waiting);
            }
        }
        for (byte[] conversionValue : due) {
            Conversion conversion = reader.conversion(conversionValue);
            waitingConversions.remove(conversion.getId());
            byte[] click = lastClick(conversion);
            outputs.collect(new OutputRecord(
                    PeerOutput.CONVERSIONS,
                    context.getCurrentKey(),
                    conversion.getTime(),
                    JoinedRecords.conversion(conversionValue, click)));
            if (click != null) {
                RowCounts counts = new RowCounts();
                counts.addConversion(conversion);
                String row =
                        rows.of(conversion.getTime(), reader.joinedClick(click).impression());
                context.output(STATISTICS, new RowChange(row, counts));
            }
        }
    }

    /** The winning joined click; null without one. */
    private byte[] lastClick(Conversion conversion) throws Exception {
        Click best = null;
        byte[] joined = null;
        for (byte[] candidate : clicks.values()) {
            Click click = reader.click(candidate);
            if (LastClick.qualifies(click, conversion) && LastClick.isLater(click, best)) {
                best = click;
                joined = candidate;
            }
        }
        return joined;
    }

    /** Whether a click or conversion was there before; it is remembered. */
    private boolean isRepeated(String id) throws Exception {
        if (seen.contains(id)) {
            return true;
        }
        seen.put(id, true);
        return false;
    }
}
