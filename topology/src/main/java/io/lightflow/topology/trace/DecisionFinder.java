package io.lightflow.topology.trace;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.attribution.ClickCandidate;
import io.lightflow.attribution.ConversionFacts;
import io.lightflow.attribution.Verdict;
import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.event.TrafficRule;
import io.lightflow.position.Position;
import io.lightflow.time.Durations;
import io.lightflow.topology.trace.RelatedEvent.Relation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Finds what the join decided about an event, by its outputs; or what the decision waits for, by the join's rules. */
final class DecisionFinder {
    private final EventRecords event;
    private final GroupState state;
    private final Instant now;
    private final FoundRecord light;
    private final List<RelatedEvent> related = new ArrayList<>();
    private final List<Pending> missing = new ArrayList<>();

    DecisionFinder(EventRecords event, GroupState state, Instant now) {
        this.event = event;
        this.state = state;
        this.now = now;
        this.light = event.ingested();
    }

    Decision find() {
        Optional<FoundRecord> output = event.outputOf(light);
        if (output.isPresent()) {
            return decided(output.get());
        }
        Optional<Position> position = state.joined(event.shard());
        if (position.isEmpty()) {
            return Decision.of(Fate.UNKNOWN, "unknown: the position of dataflow is unknown, and no output was found");
        }
        if (position.get().nextOffset(light.topic(), light.incarnation()) <= light.offset()) {
            usedBy();
            return decision(Fate.NOT_READ, "not read yet");
        }
        return undecided(position.get().watermarkOf(String.valueOf(event.joinKey())));
    }

    private Decision decision(Fate fate, String text) {
        return new Decision(fate, text, related, missing);
    }

    // Decided

    private Decision decided(FoundRecord output) {
        String marks = traffic(output);
        return switch (output.kind()) {
            case REJECTED -> decision(Fate.REJECTED, "rejected: " + output.text("reason"));
            case ORPHANS -> orphan(output, marks);
            case JOINED_CLICKS -> joinedClick(output, marks);
            case JOINED_CONVERSIONS -> conversion(output, marks);
            default -> {
                usedBy();
                yield decision(Fate.JOINED, "joined: the first " + name(event.type()) + " with its id" + marks);
            }
        };
    }

    /** An output of an earlier build names no rule, and its row had outgrown its cap. */
    private static String traffic(FoundRecord output) {
        String rule = output.text("provenance.trafficRule");
        if (!output.flag("provenance.invalid")) {
            return rule == null || rule.isEmpty() ? "" : "; matches the traffic rule " + rule + ", in shadow mode";
        }
        return rule == null || rule.isEmpty() || rule.equals(TrafficRule.ROW_CAP.id())
                ? "; invalid traffic: its row had outgrown join.rowCap"
                : "; invalid traffic by the rule " + rule;
    }

    private static String name(EventType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }

    private Windows windows(FoundRecord output) {
        Long readMs = output == null ? null : output.number("provenance.readMs");
        return state.rules()
                .windows(
                        String.valueOf(light.text("advertiserId")),
                        light.recordMs(),
                        readMs == null ? now.toEpochMilli() : readMs);
    }

    private Decision joinedClick(FoundRecord output, String marks) {
        Windows windows = windows(output);
        String impression = output.text("impression.id");
        Long impressionTime = output.number("impression.time");
        related.add(new RelatedEvent(
                Relation.JOINED_WITH,
                EventType.IMPRESSION,
                impression,
                Instant.ofEpochMilli(impressionTime),
                output.origin("impressionOrigin"),
                "the impression that it names"));
        for (FoundRecord other : event.where(record -> record.kind() == ArchiveTable.JOINED_CLICKS
                && impression.equals(record.text("impression.id"))
                && !event.id().equals(record.id()))) {
            related.add(new RelatedEvent(
                    Relation.SAME_IMPRESSION,
                    EventType.CLICK,
                    other.id(),
                    Instant.ofEpochMilli(other.time()),
                    other.place(),
                    "another click on impression " + impression + ", joined on its own"));
        }
        usedBy();
        return decision(
                Fate.JOINED,
                "joined with impression " + impression + ", "
                        + distance(impressionTime, output.time(), "the click") + "; the rules allow "
                        + Durations.format(windows.impressionLookBack()) + " before and "
                        + Durations.format(windows.orphanAfter()) + " after" + marks);
    }

    private static String distance(long time, long reference, String what) {
        return time == reference
                ? "at the time of " + what
                : Elapsed.of(reference - time) + (time < reference ? " before " : " after ") + what;
    }

    private Decision orphan(FoundRecord output, String marks) {
        Windows windows = windows(output);
        String impression = output.text("click.impressionId");
        namedImpression(impression, windows);
        return decision(
                Fate.ORPHANED,
                "an orphan: impression " + impression + " did not come within orphanAfter, "
                        + Durations.format(windows.orphanAfter()) + "; final" + marks);
    }

    /** The impression that a click names, if it was found though the click was not joined with it. */
    private void namedImpression(String impression, Windows windows) {
        event.first(record -> record.kind() == ArchiveTable.IMPRESSIONS
                        && event.hasKey(record)
                        && Objects.equals(impression, record.id()))
                .ifPresent(found -> related.add(new RelatedEvent(
                        Relation.NAMED,
                        EventType.IMPRESSION,
                        impression,
                        Instant.ofEpochMilli(found.time()),
                        found.place(),
                        outsideWindow(found, windows))));
    }

    private String outsideWindow(FoundRecord impression, Windows windows) {
        long click = light.time();
        long time = impression.time();
        String distance = "it is " + distance(time, click, "the click");
        if (time < click - windows.impressionLookBack().toMillis()) {
            return distance + "; impressionLookBack is " + Durations.format(windows.impressionLookBack());
        }
        if (time > click + windows.orphanAfter().toMillis()) {
            return distance + "; orphanAfter is " + Durations.format(windows.orphanAfter());
        }
        boolean isRead = state.joined(event.shard())
                .filter(position ->
                        position.nextOffset(impression.topic(), impression.incarnation()) > impression.offset())
                .isPresent();
        return distance + (isRead ? "; dataflow has read it" : "; dataflow has not read it yet");
    }

    private Decision conversion(FoundRecord output, String marks) {
        Windows windows = windows(output);
        String kind = output.text("attribution");
        String winner = output.text("click.id");
        String impression = output.text("impression.id");
        String text;
        if (winner != null) {
            related.add(new RelatedEvent(
                    Relation.JOINED_WITH,
                    EventType.CLICK,
                    winner,
                    Instant.ofEpochMilli(output.number("click.time")),
                    output.origin("clickOrigin"),
                    "the last click; number " + output.number("clickNumber") + " on its impression"));
            text = "attributed to click " + winner + ", "
                    + distance(output.number("click.time"), output.time(), "it") + ", the last click " + claim()
                    + "; clickLookBack " + Durations.format(windows.clickLookBack());
        } else if (impression != null) {
            text = "attributed to impression " + impression + " without a click ("
                    + kind + "), " + distance(output.number("impression.time"), output.time(), "it")
                    + "; viewThrough " + Durations.format(windows.viewThrough());
        } else {
            text = "unattributed: no click " + claim() + " lies within clickLookBack, "
                    + Durations.format(windows.clickLookBack())
                    + (windows.viewThrough().isZero()
                            ? ", and view-through attribution is off"
                            : ", and no impression within viewThrough, " + Durations.format(windows.viewThrough()));
        }
        if (impression != null) {
            related.add(new RelatedEvent(
                    Relation.JOINED_WITH,
                    EventType.IMPRESSION,
                    impression,
                    Instant.ofEpochMilli(output.number("impression.time")),
                    output.origin("impressionOrigin"),
                    winner == null ? "the last impression" : "the impression of the click"));
        }
        related.addAll(candidates(windows).others(winner));
        return decision(winner == null && impression == null ? Fate.UNATTRIBUTED : Fate.JOINED, text + marks);
    }

    /** Which clicks can win. */
    private String claim() {
        if (light.text("clickId") != null) {
            return "that it names, " + light.text("clickId");
        }
        return light.text("impressionId") != null
                ? "on impression " + light.text("impressionId") + ", which it names"
                : "of " + event.joinKey() + " for advertiser " + light.text("advertiserId");
    }

    private ClickCandidates candidates(Windows windows) {
        return new ClickCandidates(
                event,
                new ConversionFacts(
                        event.id(),
                        light.time(),
                        String.valueOf(light.text("advertiserId")),
                        light.text("impressionId"),
                        light.text("clickId")),
                windows);
    }

    /** What was joined with the event. */
    private void usedBy() {
        String path = event.type() == EventType.IMPRESSION ? "impression.id" : "click.id";
        for (FoundRecord user : event.where(record -> event.hasKey(record)
                && event.id().equals(record.text(path))
                && (record.kind() == ArchiveTable.JOINED_CONVERSIONS
                        || record.kind() == ArchiveTable.JOINED_CLICKS && event.type() == EventType.IMPRESSION))) {
            related.add(new RelatedEvent(
                    Relation.USED_BY,
                    user.type(),
                    user.id(),
                    Instant.ofEpochMilli(user.time()),
                    user.place(),
                    user.type() == EventType.CLICK ? "joined with it" : "attributed to it"));
        }
    }

    // Not decided

    private Decision undecided(long watermark) {
        if (light.time() != null && event.type() == EventType.CLICK) {
            return waitingClick(watermark);
        }
        if (light.time() != null && event.type() == EventType.CONVERSION) {
            return waitingConversion(watermark);
        }
        return notFound();
    }

    private Decision notFound() {
        return decision(
                Fate.OUTCOME_NOT_FOUND,
                "read, but its outcome is not in what was searched; certify of its hour tells whether it is lost");
    }

    private Decision waitingClick(long watermark) {
        Windows windows = windows(null);
        String impression = light.text("impressionId");
        namedImpression(String.valueOf(impression), windows);
        long due = light.time() + windows.orphanAfter().toMillis();
        if (watermark > due) {
            return notFound();
        }
        missing.add(new Pending("impression " + impression, Instant.ofEpochMilli(due)));
        return decision(
                Fate.WAITING,
                "waits for impression " + impression + ", until the watermark passes " + Instant.ofEpochMilli(due)
                        + "; " + at(watermark));
    }

    private static String at(long watermark) {
        return watermark == Position.NO_TIME
                ? "there is no watermark yet"
                : "the watermark is at " + Instant.ofEpochMilli(watermark);
    }

    private Decision waitingConversion(long watermark) {
        Windows windows = windows(null);
        ClickCandidates candidates = candidates(windows);
        ClickCandidate last = candidates.last();
        Duration disorder = state.rules().allowedDisorder(light.recordMs(), now.toEpochMilli());
        Instant due = Instant.ofEpochMilli(light.time()).plus(disorder);
        if (watermark <= due.toEpochMilli()) {
            missing.add(new Pending("clicks that came out of order", due));
            related.addAll(candidates.others(null));
            return decision(Fate.WAITING, "is decided when the watermark passes " + due + "; " + at(watermark));
        }
        if (last == null || !(candidates.verdict() instanceof Verdict.Undecided)) {
            return notFound();
        }
        related.addAll(candidates.others(last.id()));
        related.add(new RelatedEvent(
                Relation.WAITS,
                EventType.CLICK,
                last.id(),
                Instant.ofEpochMilli(last.time()),
                candidates.place(last.id()),
                "the last click, which waits for impression " + last.impressionId()));
        Instant until = Instant.ofEpochMilli(last.time()).plus(windows.orphanAfter());
        missing.add(new Pending("impression " + last.impressionId() + " of click " + last.id(), until));
        return decision(
                Fate.WAITING,
                "waits with click " + last.id() + " for impression " + last.impressionId()
                        + ", until the watermark passes " + until + "; " + at(watermark));
    }
}
