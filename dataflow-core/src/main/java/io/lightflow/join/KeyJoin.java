package io.lightflow.join;

import io.lightflow.attribution.ClickCandidate;
import io.lightflow.attribution.ClickCandidate.Status;
import io.lightflow.attribution.ConversionFacts;
import io.lightflow.attribution.Verdict;
import io.lightflow.attribution.ViewCandidate;
import io.lightflow.attribution.Windows;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.store.KeyDay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The join of one block for one join key.
 *
 * <p>No state records which outputs were emitted. The status of a click or a conversion follows from the visible cells
 * and the watermark alone ({@link #status}, {@link #verdict}). An output is emitted exactly when the status changes
 * from undecided at the old watermark to decided at the new one. A decision stands, because events that are ingested
 * later have a {@code seenAt} at or above the deadline.
 */
final class KeyJoin {
    private static final byte[] EMPTY = {};
    private static final Comparator<StoredEvent> BY_TIME_AND_ID =
            Comparator.comparingLong(StoredEvent::time).thenComparing(StoredEvent::id);

    private final BlockJoin block;
    private final KeyState key;
    private final KeyOutputs outputs;
    private final KeyTraffic traffic;
    private final long newWatermark;

    KeyJoin(BlockJoin block, KeyState key) {
        this.block = block;
        this.key = key;
        this.newWatermark = block.newWatermark(key);
        this.outputs = new KeyOutputs(block, key.joinKeyUtf8);
        this.traffic = new KeyTraffic(block.judge(), block.bodies(), key);
    }

    void run() {
        List<StoredEvent> newImpressions = new ArrayList<>(1);
        List<StoredEvent> newClicks = new ArrayList<>(0);
        for (LightEvent event : key.events) {
            switch (event.type()) {
                case IMPRESSION -> ingestImpression(event, newImpressions);
                case CLICK -> ingestClick(event, newClicks);
                case CONVERSION -> ingestConversion(event);
                case TAG -> ingestTag(event);
            }
        }
        if (!key.clicks().isEmpty()) {
            joinWaitingClicks(newImpressions);
            newClicks.forEach(this::joinNewClick);
            orphanClicks();
        }
        if (key.decides) {
            decideConversions();
        }
    }

    // Ingestion

    private void ingestImpression(LightEvent event, List<StoredEvent> newImpressions) {
        if (isDuplicate(event, key.impression(event.id()))) {
            return;
        }
        if (rejectTooOld(event)) {
            return;
        }
        boolean full = isFull(key.daySize(KeyDay.dayOf(event.time())), event);
        ImpressionFacts facts = full ? null : traffic.factsOf(event);
        StoredEvent impression = stored(event, facts, null, full ? traffic.rowCap() : traffic.ofImpression(event));
        if (!full) {
            key.addImpression(impression);
            newImpressions.add(impression);
            block.store(
                    event,
                    key,
                    CellValue.impression(
                            impression.schemaId(), event.producedMs(), impression.traffic(), facts, impression.body()));
        }
        countLate(impression, EventType.IMPRESSION);
        outputs.impression(impression);
    }

    private void ingestTag(LightEvent event) {
        if (isDuplicate(event, key.tag(event.id()))) {
            return;
        }
        if (rejectTooOld(event)) {
            return;
        }
        boolean full = isFull(key.daySize(KeyDay.dayOf(event.time())), event);
        StoredEvent tag = stored(event, null, null, full ? traffic.rowCap() : traffic.ofTag(event));
        if (!full) {
            key.addTag(tag);
            block.store(event, key, EMPTY);
        }
        countLate(tag, EventType.TAG);
        outputs.tag(tag);
    }

    /** Whether an impression or a tag is a duplicate. If so, it is counted. */
    private boolean isDuplicate(LightEvent event, StoredEvent known) {
        if (known == null && !key.isEmittedAndNotStored(event.type(), event.id())) {
            return false;
        }
        block.count(event.type(), Entry.DUPLICATE, 1);
        if (known != null && known.time() != event.time()) {
            hideDuplicate(event);
        }
        return true;
    }

    /** A read by time or of a day would find the cell of an earlier attempt, and not that of the known copy. */
    private void hideDuplicate(LightEvent event) {
        storeTombstone(event, Cells.OWN_RECORD);
    }

    /**
     * Whether the event's row or day is full. If so, the event is emitted now and flagged, and no stored event joins
     * it: the status of a stored event must follow from stored events.
     */
    private boolean isFull(int size, LightEvent event) {
        boolean full = size >= block.settings().rowCap();
        if (full) {
            key.addNotStored(event.type(), event.id());
            storeTombstone(event, Cells.NOT_STORED);
        }
        return full;
    }

    /** Whether the event is too old. If so, it is rejected, and a later copy is judged anew. */
    private boolean rejectTooOld(LightEvent event) {
        Long leastTime = key.leastTimeOf(event);
        if (leastTime == null) {
            return false;
        }
        block.reject(
                event.type(),
                event.origin(),
                event.producedMs(),
                key.joinKeyUtf8,
                block.bodies().compiledId(event.type()),
                event.body(),
                "expected an event time of at least " + leastTime + ", which is the newest time of its shard minus the"
                        + " longest window, the allowed disorder and an hour, found " + event.time());
        storeTombstone(event, Cells.OWN_RECORD);
        return true;
    }

    /** An earlier attempt may have stored the event. Its cell must not count once the origin is committed. */
    private void storeTombstone(LightEvent event, byte[] value) {
        block.store(Tombstones.cell(key.joinKeyUtf8, event, block.takeover(), key.oldWatermark, value));
        if (key.announceTombstones(block.takeover())) {
            block.store(Tombstones.announcement(key.joinKeyUtf8, block.takeover(), event.origin()));
        }
    }

    private void ingestClick(LightEvent event, List<StoredEvent> newClicks) {
        if (key.clicks().containsKey(event.id()) || key.isEmittedAndNotStored(EventType.CLICK, event.id())) {
            block.count(EventType.CLICK, Entry.DUPLICATE, 1);
            return;
        }
        if (rejectTooOld(event)) {
            return;
        }
        Click record = (Click) event.record();
        ClickFacts facts = new ClickFacts(record.getAdvertiserId(), record.getImpressionId());
        boolean full = isFull(key.keyRowSize(), event);
        StoredEvent click = stored(
                event,
                facts,
                block.settings().rulesOf(facts.advertiserId()),
                full ? traffic.rowCap() : traffic.ofClick(event, record));
        countLate(click, EventType.CLICK);
        if (full) {
            joinUnstoredClick(click);
            return;
        }
        key.addClick(click);
        newClicks.add(click);
        block.store(
                Cells.keyRow(key.joinKeyUtf8),
                Cells.timedCell(
                        Cells.CLICK, click.time(), click.id(), click.takeover(), click.seenAt(), click.origin()),
                CellValue.click(
                        click.schemaId(), click.producedMs(), click.traffic(), click.rules(), facts, click.body()));
    }

    /** A click that is not stored cannot wait: it is joined now or never. */
    private void joinUnstoredClick(StoredEvent click) {
        StoredEvent impression = impressionOf(click);
        if (impression != null) {
            outputs.joined(click, impression);
        } else {
            outputs.orphan(click);
        }
    }

    private void ingestConversion(LightEvent event) {
        if (key.conversions().containsKey(event.id()) || key.isEmittedAndNotStored(EventType.CONVERSION, event.id())) {
            block.count(EventType.CONVERSION, Entry.DUPLICATE, 1);
            return;
        }
        if (rejectTooOld(event)) {
            return;
        }
        Conversion record = (Conversion) event.record();
        ConversionFacts facts = new ConversionFacts(
                event.id(), event.time(), record.getAdvertiserId(), record.getImpressionId(), record.getClickId());
        boolean full = isFull(key.keyRowSize(), event);
        StoredEvent conversion = stored(
                event,
                facts,
                block.settings().rulesOf(facts.advertiserId()),
                full ? traffic.rowCap() : traffic.ofConversion());
        countLate(conversion, EventType.CONVERSION);
        if (full) {
            sendConversion(conversion, AttributionKind.NONE, null, null);
            return;
        }
        block.count(EventType.CONVERSION, Entry.WAITING, 1);
        key.addConversion(conversion);
        block.store(
                Cells.keyRow(key.joinKeyUtf8),
                Cells.timedCell(
                        Cells.CONVERSION,
                        conversion.time(),
                        conversion.id(),
                        conversion.takeover(),
                        conversion.seenAt(),
                        conversion.origin()),
                CellValue.conversion(
                        conversion.schemaId(),
                        conversion.producedMs(),
                        conversion.traffic(),
                        conversion.rules(),
                        facts,
                        conversion.body()));
        setTimer(decisionTime(conversion), Cells.CONVERSION, conversion);
    }

    private void countLate(StoredEvent event, EventType type) {
        if (event.seenAt() != Position.NO_TIME && event.time() < event.seenAt()) {
            block.count(type, Entry.LATE, 1);
        }
    }

    private StoredEvent stored(LightEvent event, Object facts, ArrivalRules rules, TrafficVerdict verdict) {
        return new StoredEvent(
                event.id(),
                event.time(),
                key.oldWatermark,
                block.takeover(),
                event.origin(),
                event.producedMs(),
                block.bodies().compiledId(event.type()),
                block.enricher().body(event),
                facts,
                rules,
                verdict,
                true);
    }

    private void setTimer(long due, byte kind, StoredEvent event) {
        block.setTimer(due, kind, event.origin(), key.joinKeyUtf8);
    }

    // Clicks

    /** The watermark at which a click without an impression becomes an orphan. */
    private long orphanTime(StoredEvent click) {
        long orphanAfterMs = click.rules().windows().orphanAfter().toMillis();
        return Math.max(click.time() + orphanAfterMs, click.seenAt()) + 1;
    }

    /** The impression that a click names; null if it is absent or came too late. */
    private StoredEvent impressionOf(StoredEvent click) {
        StoredEvent impression = key.impression(click.click().impressionId());
        if (impression == null || impression.seenAt() >= orphanTime(click)) {
            return null;
        }
        Windows windows = click.rules().windows();
        boolean inWindow = impression.time()
                        >= click.time() - windows.impressionLookBack().toMillis()
                && impression.time() <= click.time() + windows.orphanAfter().toMillis();
        return inWindow ? impression : null;
    }

    /** The status of a click at a watermark. */
    private Status status(StoredEvent click, long watermark, boolean withFreshImpressions) {
        StoredEvent impression = impressionOf(click);
        if (impression != null && (withFreshImpressions || !impression.fresh())) {
            return Status.JOINED;
        }
        return watermark >= orphanTime(click) ? Status.ORPHANED : Status.WAITING;
    }

    private void joinWaitingClicks(List<StoredEvent> newImpressions) {
        for (StoredEvent impression : newImpressions) {
            for (StoredEvent click : key.clicks().values()) {
                if (!click.fresh()
                        && click.click().impressionId().equals(impression.id())
                        && impressionOf(click) != null) {
                    block.count(EventType.CLICK, Entry.WAITING, -1);
                    outputs.joined(click, impression);
                }
            }
        }
    }

    private void joinNewClick(StoredEvent click) {
        StoredEvent impression = impressionOf(click);
        if (impression != null) {
            outputs.joined(click, impression);
            return;
        }
        block.count(EventType.CLICK, Entry.WAITING, 1);
        setTimer(orphanTime(click), Cells.CLICK, click);
    }

    private void orphanClicks() {
        for (StoredEvent click : key.clicks().values()) {
            long due = orphanTime(click);
            if ((click.fresh() || key.decides)
                    && due > key.oldWatermark
                    && due <= newWatermark
                    && status(click, newWatermark, true) == Status.ORPHANED) {
                block.count(EventType.CLICK, Entry.WAITING, -1);
                outputs.orphan(click);
            }
        }
    }

    // Conversions

    /** The watermark at which a conversion is decided: by then, every click that could win has been ingested. */
    private long decisionTime(StoredEvent conversion) {
        long disorderMs = conversion.rules().allowedDisorderMs();
        return Math.max(conversion.time() + disorderMs, conversion.seenAt()) + 1;
    }

    private void decideConversions() {
        for (StoredEvent conversion : key.conversions().values()) {
            long due = decisionTime(conversion);
            if (due > newWatermark) {
                continue;
            }
            boolean wasWaiting =
                    due > key.oldWatermark || verdict(conversion, key.oldWatermark, false) instanceof Verdict.Undecided;
            if (wasWaiting) {
                send(conversion, verdict(conversion, newWatermark, true));
            }
        }
    }

    private Verdict verdict(StoredEvent conversion, long watermark, boolean withFreshImpressions) {
        Windows windows = conversion.rules().windows();
        long due = decisionTime(conversion);
        List<ClickCandidate> clicks = new ArrayList<>(key.clicks().size());
        for (StoredEvent click : key.clicks().values()) {
            if (click.seenAt() < due) {
                clicks.add(new ClickCandidate(
                        click.id(),
                        click.time(),
                        click.click().advertiserId(),
                        click.click().impressionId(),
                        status(click, watermark, withFreshImpressions)));
            }
        }
        List<ViewCandidate> views = new ArrayList<>(0);
        if (!windows.viewThrough().isZero()) {
            for (StoredEvent impression : key.impressions()) {
                if (impression.seenAt() < due) {
                    addView(impression, views);
                }
            }
        }
        return block.attribution().decide(conversion.conversion(), clicks, views, windows);
    }

    /** An impression whose body is unreadable is no candidate. */
    private void addView(StoredEvent impression, List<ViewCandidate> views) {
        try {
            String advertiserId = block.bodies().impression(impression).getAdvertiserId();
            views.add(new ViewCandidate(impression.id(), impression.time(), advertiserId));
        } catch (UnreadableBodyException e) {
            return;
        }
    }

    private void send(StoredEvent conversion, Verdict verdict) {
        if (verdict instanceof Verdict.Undecided) {
            return;
        }
        block.count(EventType.CONVERSION, Entry.WAITING, -1);
        if (verdict instanceof Verdict.ToClick to) {
            StoredEvent click = key.clicks().get(to.click().id());
            sendConversion(conversion, AttributionKind.CLICK, click, impressionOf(click));
        } else if (verdict instanceof Verdict.ToView to) {
            StoredEvent impression = key.impression(to.impression().id());
            sendConversion(conversion, AttributionKind.VIEW, null, impression);
        } else {
            sendConversion(conversion, AttributionKind.NONE, null, null);
        }
    }

    private void sendConversion(
            StoredEvent conversion, AttributionKind kind, StoredEvent click, StoredEvent impression) {
        int clickNumber = click == null ? 0 : clickNumber(conversion, click);
        outputs.conversion(conversion, kind, clickNumber, click, impression);
    }

    /** The rank of a click, by (time, id), among the clicks on its impression. */
    private int clickNumber(StoredEvent conversion, StoredEvent winner) {
        int number = 1;
        for (StoredEvent click : key.clicks().values()) {
            if (click.seenAt() < decisionTime(conversion)
                    && click.click().impressionId().equals(winner.click().impressionId())
                    && BY_TIME_AND_ID.compare(click, winner) < 0) {
                number++;
            }
        }
        return number;
    }
}
