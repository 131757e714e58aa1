package io.lightflow.peers.streams;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.peers.EventReader;
import io.lightflow.peers.EventTimes;
import io.lightflow.peers.FirstRecord;
import io.lightflow.peers.JoinedRecords;
import io.lightflow.peers.LastClick;
import io.lightflow.peers.PeerOutput;
import io.lightflow.peers.PeerSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Joins the events of one partition. A conversion is decided when the stream time has passed its time by the maximum
 * disorder, so that every earlier click has been seen.
 */
final class JoinProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private static final byte[] NOTHING = new byte[0];
    /** How much younger than its click an impression may be. */
    private static final long CLICK_WAITS_MS = Duration.ofHours(24).toMillis();

    private final Map<String, EventType> inputs;
    private final EventReader reader = new EventReader();
    private ProcessorContext<byte[], byte[]> context;
    private WindowStore<Bytes, byte[]> impressions;
    private WindowStore<Bytes, byte[]> seen;
    private WindowStore<Bytes, byte[]> clicks;
    private PendingEvents pending;

    JoinProcessor(PeerSettings settings) {
        inputs = settings.inputs();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> ofTask) {
        context = ofTask;
        impressions = context.getStateStore(JoinTopology.IMPRESSIONS);
        seen = context.getStateStore(JoinTopology.SEEN);
        clicks = context.getStateStore(JoinTopology.CLICKS);
        pending = new PendingEvents(context.getStateStore(JoinTopology.PENDING));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        FirstRecord.announce();
        if (!EventTimes.isBeacon(record.value())) {
            switch (inputs.get(context.recordMetadata().orElseThrow().topic())) {
                case IMPRESSION -> impression(record);
                case CLICK -> click(record);
                case CONVERSION -> conversion(record);
                case TAG -> throw new IllegalStateException("expected no tags, found one");
            }
        }
        long decidedUntil = context.currentStreamTimeMs() - PeerSettings.MAX_DISORDER_MS;
        for (KeyValue<byte[], byte[]> due : pending.removeConversions(decidedUntil)) {
            decide(due.key, due.value);
        }
    }

    private void impression(Record<byte[], byte[]> record) {
        Impression impression = reader.impression(record.value());
        Bytes id = bytes(impression.getId());
        if (impressions.fetch(id, impression.getTime()) != null) {
            return;
        }
        impressions.put(id, record.value(), impression.getTime());
        context.forward(record, PeerOutput.IMPRESSIONS.name());
        for (byte[] waiting : pending.removeClicks(impression.getId())) {
            join(record.key(), reader.click(waiting), waiting, record.value());
        }
    }

    private void click(Record<byte[], byte[]> record) {
        Click click = reader.click(record.value());
        if (isRepeated(click.getId(), click.getTime())) {
            return;
        }
        byte[] impression = null;
        try (WindowStoreIterator<byte[]> found = impressions.fetch(
                bytes(click.getImpressionId()),
                click.getTime() - PeerSettings.WINDOW_MS,
                click.getTime() + CLICK_WAITS_MS)) {
            if (found.hasNext()) {
                impression = found.next().value;
            }
        }
        if (impression == null) {
            pending.addClick(click.getImpressionId(), click.getId(), record.value());
        } else {
            join(record.key(), click, record.value(), impression);
        }
    }

    private void join(byte[] joinKey, Click click, byte[] clickValue, byte[] impressionValue) {
        byte[] joined = JoinedRecords.click(clickValue, impressionValue);
        clicks.put(Bytes.wrap(joinKey), joined, click.getTime());
        context.forward(new Record<>(joinKey, joined, click.getTime()), PeerOutput.CLICKS.name());
    }

    private void conversion(Record<byte[], byte[]> record) {
        Conversion conversion = reader.conversion(record.value());
        if (!isRepeated(conversion.getId(), conversion.getTime())) {
            pending.addConversion(conversion.getTime(), conversion.getId(), record.key(), record.value());
        }
    }

    private void decide(byte[] joinKey, byte[] value) {
        Conversion conversion = reader.conversion(value);
        byte[] decided = JoinedRecords.conversion(value, lastClick(joinKey, conversion));
        context.forward(new Record<>(joinKey, decided, conversion.getTime()), PeerOutput.CONVERSIONS.name());
    }

    /** The winning joined click; null without one. */
    private byte[] lastClick(byte[] joinKey, Conversion conversion) {
        Click best = null;
        byte[] joined = null;
        try (WindowStoreIterator<byte[]> youngestFirst = clicks.backwardFetch(
                Bytes.wrap(joinKey), conversion.getTime() - PeerSettings.WINDOW_MS, conversion.getTime())) {
            while (youngestFirst.hasNext()) {
                KeyValue<Long, byte[]> candidate = youngestFirst.next();
                if (best != null && candidate.key < best.getTime()) {
                    break;
                }
                Click click = reader.click(candidate.value);
                if (LastClick.qualifies(click, conversion) && LastClick.isLater(click, best)) {
                    best = click;
                    joined = candidate.value;
                }
            }
        }
        return joined;
    }

    /** Whether a click or conversion was there before; it is remembered. */
    private boolean isRepeated(String id, long time) {
        Bytes key = bytes(id);
        if (seen.fetch(key, time) != null) {
            return true;
        }
        seen.put(key, NOTHING, time);
        return false;
    }

    private static Bytes bytes(String id) {
        return Bytes.wrap(id.getBytes(StandardCharsets.UTF_8));
    }
}
