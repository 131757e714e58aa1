package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.attribution.ClickCandidate;
import io.lightflow.attribution.ClickCandidate.Status;
import io.lightflow.attribution.ConversionFacts;
import io.lightflow.attribution.LastClick;
import io.lightflow.attribution.Verdict;
import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.time.Durations;
import io.lightflow.topology.trace.RelatedEvent.Relation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The clicks of a conversion's join key, and why each of them won or lost. */
final class ClickCandidates {
    /** Of a bot's join key, the newest ones are told. */
    private static final int MAX_TOLD = 20;

    private final ConversionFacts conversion;
    private final Windows windows;
    private final Map<String, ClickCandidate> clicks = new HashMap<>();
    private final Map<String, RecordPlace> places = new HashMap<>();

    ClickCandidates(EventRecords event, ConversionFacts conversion, Windows windows) {
        this.conversion = conversion;
        this.windows = windows;
        for (FoundRecord click : event.where(record -> record.type() == EventType.CLICK && event.hasKey(record))) {
            add(click);
        }
    }

    /** A light record tells no status, so any output of the click replaces it. */
    private void add(FoundRecord record) {
        String prefix = FoundRecord.prefix(record.kind());
        if (record.id() == null || record.time() == null) {
            return;
        }
        Status status =
                switch (record.kind()) {
                    case JOINED_CLICKS -> Status.JOINED;
                    case ORPHANS -> Status.ORPHANED;
                    default -> Status.WAITING;
                };
        ClickCandidate candidate = new ClickCandidate(
                record.id(),
                record.time(),
                String.valueOf(record.text(prefix + "advertiserId")),
                String.valueOf(record.text(prefix + "impressionId")),
                status);
        clicks.merge(record.id(), candidate, (one, other) -> other.status() == Status.WAITING ? one : other);
        if (record.kind() == ArchiveTable.CLICKS) {
            places.putIfAbsent(record.id(), record.place());
        } else {
            places.put(record.id(), record.origin("provenance.origin"));
        }
    }

    /** Decides by the clicks alone, as the join does. */
    Verdict verdict() {
        return new LastClick().decide(conversion, List.copyOf(clicks.values()), List.of(), windows);
    }

    /** The click that would win, whether it is joined or not; null if there is none. */
    ClickCandidate last() {
        List<ClickCandidate> joined = new ArrayList<>();
        for (ClickCandidate click : clicks.values()) {
            if (click.status() != Status.ORPHANED) {
                joined.add(new ClickCandidate(
                        click.id(), click.time(), click.advertiserId(), click.impressionId(), Status.JOINED));
            }
        }
        Verdict verdict = new LastClick().decide(conversion, joined, List.of(), windows);
        return verdict instanceof Verdict.ToClick to ? clicks.get(to.click().id()) : null;
    }

    /** All but the winner, newest first. */
    List<RelatedEvent> others(String winner) {
        return clicks.values().stream()
                .filter(click -> !click.id().equals(winner))
                .sorted(Comparator.comparingLong(ClickCandidate::time)
                        .thenComparing(ClickCandidate::id)
                        .reversed())
                .limit(MAX_TOLD)
                .map(click -> new RelatedEvent(
                        Relation.LOST,
                        EventType.CLICK,
                        click.id(),
                        Instant.ofEpochMilli(click.time()),
                        places.get(click.id()),
                        reason(click, winner)))
                .toList();
    }

    private String reason(ClickCandidate click, String winner) {
        if (conversion.clickId() != null) {
            return "the conversion names click " + conversion.clickId();
        }
        if (conversion.impressionId() != null && !conversion.impressionId().equals(click.impressionId())) {
            return "it is on impression " + click.impressionId() + ", the conversion names "
                    + conversion.impressionId();
        }
        if (conversion.impressionId() == null && !conversion.advertiserId().equals(click.advertiserId())) {
            return "it is for advertiser " + click.advertiserId() + ", the conversion for " + conversion.advertiserId();
        }
        if (click.time() > conversion.time()) {
            return "it is " + Elapsed.of(click.time() - conversion.time()) + " later than the conversion";
        }
        if (click.time() < conversion.time() - windows.clickLookBack().toMillis()) {
            return "it is " + Elapsed.of(conversion.time() - click.time()) + " older than the conversion; clickLookBack"
                    + " is " + Durations.format(windows.clickLookBack());
        }
        if (click.status() == Status.ORPHANED) {
            return "it is an orphan";
        }
        return winner == null
                ? "no outcome of it was found"
                : "click " + winner + " is the last one at or before the conversion";
    }

    RecordPlace place(String click) {
        return places.get(click);
    }
}
