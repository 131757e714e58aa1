package io.lightflow.topology.trace;

import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.lookup.ArchiveLookup;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trace.Hop.Station;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes the trace of an event from the records that were found. Used once. */
final class TraceBuilder {
    private final GroupSettings settings;
    private final GroupState state;
    private final ArchiveLookup archive;
    private final Instant now;
    private final FrontRecord front;
    private final EventRecords event;
    private final SetAside setAside;
    private final FoundRecord light;
    private final Optional<FoundRecord> output;
    private final Optional<Position> position;
    private final Decision decision;
    private final List<Hop> hops = new ArrayList<>();
    private final List<Pending> missing = new ArrayList<>();
    private final List<Pending> possible = new ArrayList<>();

    /**
     * What is known of a record's original.
     *
     * @param remark what to add about it
     */
    record FrontRecord(OptionalLong offset, String remark) {}

    /** Looks records up that could not be counted. */
    @FunctionalInterface
    interface SetAside {
        /** Why a joined event was set aside; empty if it was not. */
        Optional<String> reason(FoundRecord joined);
    }

    /** @param archive null without an archive */
    TraceBuilder(
            GroupSettings settings,
            GroupState state,
            ArchiveLookup archive,
            Instant now,
            FrontRecord front,
            SetAside setAside,
            EventRecords event) {
        this.settings = settings;
        this.state = state;
        this.archive = archive;
        this.now = now;
        this.front = front;
        this.setAside = setAside;
        this.event = event;
        this.light = event.ingested();
        this.output = event.outputOf(light);
        this.position = state.joined(event.shard());
        this.decision = new DecisionFinder(event, state, now).find();
    }

    EventTrace build() {
        produced();
        read();
        output.ifPresent(this::emitted);
        archived(light);
        output.ifPresent(this::archived);
        hour();
        missing.addAll(decision.missing());
        possible();
        return new EventTrace(
                event.type(),
                event.id(),
                event.joinKey(),
                event.shard(),
                light.time() == null ? null : Instant.ofEpochMilli(light.time()),
                light.span(),
                decision.fate(),
                hops,
                copies(),
                decision.related(),
                missing,
                possible);
    }

    private void produced() {
        String dc = dataCenter();
        String span = light.span() == null
                ? ""
                : ", trace " + light.span().traceId() + ", span " + light.span().spanId();
        if (light.time() != null) {
            hops.add(Hop.of(
                    Station.PRODUCED,
                    Instant.ofEpochMilli(light.time()),
                    "in " + dc + ", join key " + event.joinKey() + ", shard " + event.shard() + span));
        } else {
            hops.add(Hop.of(Station.PRODUCED, null, "in " + dc + "; the record does not decode" + span));
        }
        hops.add(Hop.at(
                Station.FRONT,
                light.recordTime(),
                new RecordPlace(
                        event.type().plural(),
                        null,
                        event.shard(),
                        front.offset().isPresent() ? front.offset().getAsLong() : null),
                "in the Kafka of " + dc + front.remark()));
        hops.add(Hop.at(
                Station.CENTRAL,
                null,
                light.place(),
                "incarnation " + light.place().incarnation()));
    }

    private String dataCenter() {
        return event.type().dataCenter(light.topic());
    }

    private void read() {
        if (output.isPresent()) {
            FoundRecord emitted = output.get();
            hops.add(Hop.of(
                    Station.READ,
                    Instant.ofEpochMilli(emitted.number("provenance.readMs")),
                    "by dataflow"
                            + (emitted.flag("provenance.late") ? ", late: the watermark had passed its time" : "")));
        } else if (position.isPresent()) {
            long next = position.get().nextOffset(light.topic(), light.incarnation());
            if (next > light.offset()) {
                hops.add(Hop.of(
                        Station.READ, null, "by dataflow, which is at offset " + next + " of this topic-partition"));
            } else {
                missing.add(new Pending(
                        "dataflow must read it: dataflow is at offset " + next + ", the record at " + light.offset(),
                        null));
            }
        }
        Instant decided = output.map(FoundRecord::recordTime).orElse(null);
        hops.add(Hop.of(Station.DECIDED, decided, decision.text()));
    }

    private void emitted(FoundRecord joined) {
        hops.add(Hop.at(
                Station.EMITTED,
                joined.recordTime(),
                joined.place(),
                "incarnation " + joined.place().incarnation() + ", txid " + joined.number("provenance.txid") + ", "
                        + Elapsed.of(Math.max(0, joined.recordMs() - joined.number("provenance.readMs")))
                        + " after it was read"));
        switch (joined.kind()) {
            case JOINED_IMPRESSIONS, JOINED_CLICKS, JOINED_CONVERSIONS -> counted(joined);
            default -> {}
        }
    }

    private void counted(FoundRecord joined) {
        List<StatisticsRow> rows = StatisticsRows.of(joined);
        if (rows.isEmpty()) {
            hops.add(Hop.of(Station.COUNTED, null, "in no row: the conversion is unattributed"));
            return;
        }
        state.counted(event.shard()).ifPresent(counted -> {
            long next = counted.nextOffset(joined.topic(), joined.incarnation());
            Optional<String> failure = next > joined.offset() ? setAside.reason(joined) : Optional.empty();
            if (failure.isPresent()) {
                hops.add(Hop.of(
                        Station.COUNTED,
                        null,
                        "in no row: stats-counter could not count it, and stats_set_aside keeps it: " + failure.get()));
            } else if (next > joined.offset()) {
                String marks = joined.flag("provenance.invalid") ? ", apart, as invalid traffic" : "";
                hops.add(new Hop(
                        Station.COUNTED,
                        null,
                        null,
                        null,
                        rows,
                        "by stats-counter" + marks + "; its ledger is at offset " + next + " of " + joined.topic() + "-"
                                + joined.partition() + ", txid " + counted.txid()));
            } else {
                missing.add(new Pending(
                        "stats-counter must count it: stats-counter is at offset " + next + ", the joined event at "
                                + joined.offset(),
                        null));
            }
        });
    }

    private void archived(FoundRecord record) {
        if (record.archive() != null) {
            hops.add(new Hop(
                    Station.ARCHIVED,
                    null,
                    null,
                    record.archive(),
                    List.of(),
                    settings.group() + "." + record.archive().table() + ", row group "
                            + record.archive().rowGroup() + ", row "
                            + record.archive().row() + " of " + record.archive().file()));
        } else if (archive != null && archive.has(record.kind())) {
            TableLedger ledger = archive.ledger(record.kind());
            long next = ledger.entry(event.shard()).position().nextOffset(record.topic(), record.incarnation());
            if (next > record.offset()) {
                hops.add(Hop.of(
                        Station.ARCHIVED,
                        null,
                        settings.group() + "." + record.kind().tableName()
                                + " has read it, and keeps no row of it any more"));
            } else {
                missing.add(new Pending(
                        "the archive must write it: " + settings.group() + "."
                                + record.kind().tableName() + " is at offset " + next + ", the record at "
                                + record.offset(),
                        null));
            }
        }
    }

    private void hour() {
        if (light.time() == null) {
            return;
        }
        Instant begin = Instant.ofEpochMilli(light.time()).truncatedTo(ChronoUnit.HOURS);
        Instant end = begin.plus(1, ChronoUnit.HOURS);
        String certify = "certify --hour " + begin.toString().substring(0, 13) + " counts it again";
        state.leastWatermark()
                .ifPresent(watermark -> hops.add(Hop.of(
                        Station.HOUR,
                        begin,
                        watermark >= end.toEpochMilli()
                                ? "closed; " + certify
                                : "open until the watermarks of all shards pass " + end + "; the least one is "
                                        + (watermark == Position.NO_TIME
                                                ? "not known yet"
                                                : Instant.ofEpochMilli(watermark)
                                                        .toString()))));
    }

    private void possible() {
        Long time = light.time();
        String advertiser = light.text("advertiserId");
        if (time == null || advertiser == null || decision.fate() == Fate.REJECTED) {
            return;
        }
        Windows windows = state.rules().windows(advertiser, light.recordMs(), now.toEpochMilli());
        if (event.type() == EventType.IMPRESSION) {
            may("a click can name it", time + windows.impressionLookBack().toMillis());
        } else if (event.type() == EventType.CLICK && decision.fate() == Fate.JOINED) {
            may(
                    "a conversion can be attributed to it",
                    time + windows.clickLookBack().toMillis());
        }
    }

    private void may(String what, long untilMs) {
        if (untilMs > now.toEpochMilli()) {
            possible.add(new Pending(what, Instant.ofEpochMilli(untilMs)));
        }
    }

    private List<EventCopy> copies() {
        List<EventCopy> copies = new ArrayList<>();
        for (FoundRecord copy : event.copies()) {
            if (!copy.place().equals(light.place())) {
                copies.add(copy(copy));
            }
        }
        return copies;
    }

    private EventCopy copy(FoundRecord copy) {
        Optional<FoundRecord> own = event.outputOf(copy);
        if (own.isPresent()) {
            FoundRecord emitted = own.get();
            return emitted.kind() == ArchiveTable.REJECTED
                    ? new EventCopy(copy.place(), copy.recordTime(), Fate.REJECTED, emitted.text("reason"))
                    : new EventCopy(
                            copy.place(),
                            copy.recordTime(),
                            Fate.JOINED,
                            "emitted a second time: " + emitted.place() + ", which must not happen");
        }
        if (position.isEmpty()) {
            return new EventCopy(copy.place(), copy.recordTime(), Fate.UNKNOWN, "the position of dataflow is unknown");
        }
        long next = position.get().nextOffset(copy.topic(), copy.incarnation());
        return next > copy.offset()
                ? new EventCopy(copy.place(), copy.recordTime(), Fate.DUPLICATE, "duplicate of " + light.place())
                : new EventCopy(
                        copy.place(),
                        copy.recordTime(),
                        Fate.NOT_READ,
                        "dataflow is at offset " + next + "; it will be a duplicate of " + light.place());
    }
}
