package io.lightflow.join;

import io.lightflow.attribution.ClickCandidate;
import io.lightflow.attribution.ClickCandidate.Status;
import io.lightflow.attribution.Verdict;
import io.lightflow.attribution.ViewCandidate;
import io.lightflow.attribution.Windows;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The join of one block for one join key.
 *
 * <p>Nothing remembers what has been put out. What has become of a click or a conversion follows from the visible cells
 * and the watermark alone ({@link #status}, {@link #verdict}), and something is put out exactly when that changes from
 * undecided at the old state to decided at the new one. Once decided it stays decided, because events that are taken in
 * afterwards carry a {@code seenAt} that is not below the deadline.
 */
final class KeyJoin {
    private static final byte[] EMPTY = {};
    private static final Comparator<Stored> IN_ORDER =
            Comparator.comparingLong(Stored::time).thenComparing(Stored::id);

    private final BlockJoin block;
    private final KeyState key;

    KeyJoin(BlockJoin block, KeyState key) {
        this.block = block;
        this.key = key;
    }

    void run() {
        List<Stored> newImpressions = new ArrayList<>(1);
        List<Stored> newClicks = new ArrayList<>(0);
        for (LightEvent event : key.events) {
            switch (event.type()) {
                case IMPRESSION -> takeImpression(event, newImpressions);
                case CLICK -> takeClick(event, newClicks);
                case CONVERSION -> takeConversion(event);
                case TAG -> takeTag(event);
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

    // Taking in

    private void takeImpression(LightEvent event, List<Stored> newImpressions) {
        if (key.impression(event.id()) != null || key.isCutOff(EventType.IMPRESSION, event.id())) {
            block.count(EventType.IMPRESSION, Entry.DUPLICATE, 1);
            return;
        }
        Stored impression = stored(event, null, null);
        int day = Cells.day(event.time());
        boolean invalid = isFull(key.dayRowSize(day), event);
        if (!invalid) {
            key.addImpression(impression);
            newImpressions.add(impression);
            listDay(day, event);
            block.store(
                    Cells.dayRow(day, key.joinKeyUtf8),
                    Cells.idCell(Cells.IMPRESSION, event.id(), block.oldWatermark(), event.origin()),
                    Cells.impressionValue(event.producedMs(), event.time(), event.body()));
        }
        accepted(impression, EventType.IMPRESSION, invalid);
        block.count(EventType.IMPRESSION, Entry.JOINED, 1);
        block.send(block.encoder().impression(key.joinKeyUtf8, block.trace(impression, invalid), event.body()));
    }

    private void takeTag(LightEvent event) {
        if (key.hasTag(event.id()) || key.isCutOff(EventType.TAG, event.id())) {
            block.count(EventType.TAG, Entry.DUPLICATE, 1);
            return;
        }
        Stored tag = stored(event, null, null);
        int day = Cells.day(event.time());
        boolean invalid = isFull(key.dayRowSize(day), event);
        if (!invalid) {
            key.addTag(tag);
            listDay(day, event);
            block.store(
                    Cells.dayRow(day, key.joinKeyUtf8),
                    Cells.idCell(Cells.TAG, event.id(), block.oldWatermark(), event.origin()),
                    EMPTY);
        }
        accepted(tag, EventType.TAG, invalid);
        block.count(EventType.TAG, Entry.JOINED, 1);
        block.send(block.encoder().tag(key.joinKeyUtf8, block.trace(tag, invalid), event.body()));
    }

    /**
     * Whether there is no room for the event in its row. If so it is put out now, flagged, and joins nothing that is
     * stored: what has become of a stored event must follow from stored events.
     */
    private boolean isFull(int rowSize, LightEvent event) {
        boolean full = rowSize >= block.settings().rowCap();
        if (full) {
            key.cutOff(event.type(), event.id());
        }
        return full;
    }

    private void listDay(int day, LightEvent event) {
        if (key.addDay(day)) {
            block.store(Cells.keyRow(key.joinKeyUtf8), Cells.dayCell(day, event.origin()), EMPTY);
        }
    }

    private void takeClick(LightEvent event, List<Stored> newClicks) {
        if (key.clicks().containsKey(event.id()) || key.isCutOff(EventType.CLICK, event.id())) {
            block.count(EventType.CLICK, Entry.DUPLICATE, 1);
            return;
        }
        Click record = (Click) event.record();
        Stored click = stored(event, record, record.getAdvertiserId());
        boolean invalid = isFull(key.keyRowSize(), event);
        accepted(click, EventType.CLICK, invalid);
        if (invalid) {
            joinInvalidClick(click);
            return;
        }
        key.addClick(click);
        newClicks.add(click);
        block.store(
                Cells.keyRow(key.joinKeyUtf8),
                Cells.timedCell(Cells.CLICK, click.time(), click.id(), block.oldWatermark(), click.origin()),
                Cells.timedValue(click.producedMs(), click.body()));
    }

    /** A click that cannot wait is joined now or never. */
    private void joinInvalidClick(Stored click) {
        Stored impression = impressionOf(click);
        if (impression != null) {
            sendJoined(click, impression, true);
        } else {
            block.count(EventType.CLICK, Entry.ORPHANED, 1);
            block.send(block.encoder().orphan(key.joinKeyUtf8, block.trace(click, true), click.body()));
        }
    }

    private void takeConversion(LightEvent event) {
        if (key.conversions().containsKey(event.id()) || key.isCutOff(EventType.CONVERSION, event.id())) {
            block.count(EventType.CONVERSION, Entry.DUPLICATE, 1);
            return;
        }
        Conversion record = (Conversion) event.record();
        Stored conversion = stored(event, record, record.getAdvertiserId());
        boolean invalid = isFull(key.keyRowSize(), event);
        accepted(conversion, EventType.CONVERSION, invalid);
        if (invalid) {
            block.count(EventType.CONVERSION, Entry.UNATTRIBUTED, 1);
            sendConversion(conversion, AttributionKind.NONE, null, null, true);
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
                        block.oldWatermark(),
                        conversion.origin()),
                Cells.timedValue(conversion.producedMs(), conversion.body()));
        setTimer(decisionTime(conversion), Cells.CONVERSION, conversion);
    }

    private void accepted(Stored event, EventType type, boolean invalid) {
        if (event.seenAt() != Position.NO_TIME && event.time() < event.seenAt()) {
            block.count(type, Entry.LATE, 1);
        }
        if (invalid) {
            block.count(type, Entry.INVALID, 1);
        }
    }

    private Stored stored(LightEvent event, Object record, String advertiserId) {
        return new Stored(
                event.id(),
                event.time(),
                block.oldWatermark(),
                event.origin(),
                event.producedMs(),
                event.body(),
                record,
                advertiserId,
                true);
    }

    private void setTimer(long due, byte kind, Stored event) {
        byte[] cell = Cells.timerCell(due, kind, event.origin());
        block.store(Cells.timerRow(block.shard(), Math.floorDiv(due, Cells.TIMER_BUCKET_MS)), cell, key.joinKeyUtf8);
        if (block.oldWatermark() == Position.NO_TIME) {
            block.store(Cells.earlyTimerRow(block.shard(), event.origin()), cell, key.joinKeyUtf8);
        }
    }

    // Clicks

    /** The watermark at which a click that has no impression becomes an orphan. */
    private long orphanTime(Stored click) {
        Windows windows = block.settings().windowsOf(click.advertiserId());
        return Math.max(click.time() + windows.orphanAfter().toMillis(), click.seenAt()) + 1;
    }

    /** The impression that a click names, if it is there and came in time; null otherwise. */
    private Stored impressionOf(Stored click) {
        Stored impression = key.impression(click.click().getImpressionId());
        if (impression == null || impression.seenAt() >= orphanTime(click)) {
            return null;
        }
        Windows windows = block.settings().windowsOf(click.advertiserId());
        boolean inWindow = impression.time()
                        >= click.time() - windows.impressionLookBack().toMillis()
                && impression.time() <= click.time() + windows.orphanAfter().toMillis();
        return inWindow ? impression : null;
    }

    /** What has become of a click, once the watermark is {@code watermark}. */
    private Status status(Stored click, long watermark, boolean withFreshImpressions) {
        Stored impression = impressionOf(click);
        if (impression != null && (withFreshImpressions || !impression.fresh())) {
            return Status.JOINED;
        }
        return watermark >= orphanTime(click) ? Status.ORPHANED : Status.WAITING;
    }

    private void joinWaitingClicks(List<Stored> newImpressions) {
        for (Stored impression : newImpressions) {
            for (Stored click : key.clicks().values()) {
                if (!click.fresh()
                        && click.click().getImpressionId().equals(impression.id())
                        && impressionOf(click) != null) {
                    block.count(EventType.CLICK, Entry.WAITING, -1);
                    sendJoined(click, impression, false);
                }
            }
        }
    }

    private void joinNewClick(Stored click) {
        Stored impression = impressionOf(click);
        if (impression != null) {
            sendJoined(click, impression, false);
            return;
        }
        block.count(EventType.CLICK, Entry.WAITING, 1);
        setTimer(orphanTime(click), Cells.CLICK, click);
    }

    private void orphanClicks() {
        for (Stored click : key.clicks().values()) {
            long due = orphanTime(click);
            if ((click.fresh() || key.decides)
                    && due > block.oldWatermark()
                    && due <= block.newWatermark()
                    && status(click, block.newWatermark(), true) == Status.ORPHANED) {
                block.count(EventType.CLICK, Entry.WAITING, -1);
                block.count(EventType.CLICK, Entry.ORPHANED, 1);
                block.send(block.encoder().orphan(key.joinKeyUtf8, block.trace(click, false), click.body()));
            }
        }
    }

    private void sendJoined(Stored click, Stored impression, boolean invalid) {
        block.count(EventType.CLICK, Entry.JOINED, 1);
        block.send(block.encoder()
                .click(
                        key.joinKeyUtf8,
                        block.trace(click, invalid),
                        block.place(impression.origin()),
                        click.body(),
                        impression.body()));
    }

    // Conversions

    /** The watermark from which on a conversion is decided: every click that could win has been seen by then. */
    private long decisionTime(Stored conversion) {
        long disorderMs = block.settings().allowedDisorder().toMillis();
        return Math.max(conversion.time() + disorderMs, conversion.seenAt()) + 1;
    }

    private void decideConversions() {
        for (Stored conversion : key.conversions().values()) {
            long due = decisionTime(conversion);
            if (due > block.newWatermark()) {
                continue;
            }
            boolean wasWaiting = due > block.oldWatermark()
                    || verdict(conversion, block.oldWatermark(), false) instanceof Verdict.Undecided;
            if (wasWaiting) {
                send(conversion, verdict(conversion, block.newWatermark(), true));
            }
        }
    }

    private Verdict verdict(Stored conversion, long watermark, boolean withFreshImpressions) {
        Windows windows = block.settings().windowsOf(conversion.advertiserId());
        long due = decisionTime(conversion);
        List<ClickCandidate> clicks = new ArrayList<>(key.clicks().size());
        for (Stored click : key.clicks().values()) {
            if (click.seenAt() < due) {
                clicks.add(new ClickCandidate(
                        click.id(),
                        click.time(),
                        click.advertiserId(),
                        click.click().getImpressionId(),
                        status(click, watermark, withFreshImpressions)));
            }
        }
        List<ViewCandidate> views = new ArrayList<>(0);
        if (!windows.viewThrough().isZero()) {
            for (Stored impression : key.impressions()) {
                if (impression.seenAt() < due) {
                    String advertiser =
                            block.decoder().impression(impression.body()).getAdvertiserId();
                    views.add(new ViewCandidate(impression.id(), impression.time(), advertiser));
                }
            }
        }
        return block.attribution().decide(conversion.conversion(), clicks, views, windows);
    }

    private void send(Stored conversion, Verdict verdict) {
        if (verdict instanceof Verdict.Undecided) {
            return;
        }
        block.count(EventType.CONVERSION, Entry.WAITING, -1);
        if (verdict instanceof Verdict.ToClick to) {
            Stored click = key.clicks().get(to.click().id());
            block.count(EventType.CONVERSION, Entry.JOINED, 1);
            sendConversion(conversion, AttributionKind.CLICK, click, impressionOf(click), false);
        } else if (verdict instanceof Verdict.ToView to) {
            block.count(EventType.CONVERSION, Entry.JOINED, 1);
            sendConversion(
                    conversion,
                    AttributionKind.VIEW,
                    null,
                    key.impression(to.impression().id()),
                    false);
        } else {
            block.count(EventType.CONVERSION, Entry.UNATTRIBUTED, 1);
            sendConversion(conversion, AttributionKind.NONE, null, null, false);
        }
    }

    private void sendConversion(
            Stored conversion, AttributionKind kind, Stored click, Stored impression, boolean invalid) {
        block.send(block.encoder()
                .conversion(
                        key.joinKeyUtf8,
                        block.trace(conversion, invalid),
                        conversion.body(),
                        kind,
                        click == null ? 0 : clickNumber(conversion, click),
                        click == null ? null : block.place(click.origin()),
                        click == null ? null : click.body(),
                        impression == null ? null : block.place(impression.origin()),
                        impression == null ? null : impression.body()));
    }

    /** The rank of a click, by (time, id), among the clicks on its impression. */
    private int clickNumber(Stored conversion, Stored winner) {
        int number = 1;
        for (Stored click : key.clicks().values()) {
            if (click.seenAt() < decisionTime(conversion)
                    && click.click().getImpressionId().equals(winner.click().getImpressionId())
                    && IN_ORDER.compare(click, winner) < 0) {
                number++;
            }
        }
        return number;
    }
}
