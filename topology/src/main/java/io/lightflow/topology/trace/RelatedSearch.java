package io.lightflow.topology.trace;

import io.lightflow.archive.lookup.ArchiveLookup;
import io.lightflow.archive.lookup.ArchivedRow;
import io.lightflow.archive.lookup.HourRange;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import io.lightflow.attribution.Windows;
import io.lightflow.event.EventType;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Looks up in the archive what belongs to an event that was found: its copies, its outputs, and the events that took
 * part in its decision. The time of the event and the windows of its rules bound the hours that are searched.
 */
final class RelatedSearch {
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    /** Clicks of a join key that are looked at one by one. */
    private static final int MAX_CANDIDATES = 50;

    private final ArchiveLookup archive;
    private final RulesOfArrival rules;
    private final long nowMs;

    RelatedSearch(ArchiveLookup archive, RulesOfArrival rules, long nowMs) {
        this.archive = archive;
        this.rules = rules;
        this.nowMs = nowMs;
    }

    static FoundRecord record(ArchivedRow row) {
        Map<String, Object> values = row.values();
        String traceId = (String) values.get(RecordColumns.TRACE_ID);
        return new FoundRecord(
                row.table(),
                (String) values.get(RecordColumns.TOPIC),
                (int) values.get(RecordColumns.INCARNATION),
                (int) values.get(RecordColumns.PARTITION),
                (long) values.get(RecordColumns.OFFSET),
                (long) values.get(RecordColumns.TIME) / 1_000,
                (String) values.get(RecordColumns.KEY),
                values.containsKey(RecordColumns.FAILURE) ? Map.of() : values,
                traceId == null ? null : new EventSpan(traceId, (String) values.get(RecordColumns.SPAN_ID)),
                new ArchivePlace(row.table().tableName(), row.file(), row.rowGroup(), row.row()));
    }

    static ArchiveTable lightTable(EventType type) {
        return switch (type) {
            case IMPRESSION -> ArchiveTable.IMPRESSIONS;
            case CLICK -> ArchiveTable.CLICKS;
            case CONVERSION -> ArchiveTable.CONVERSIONS;
            case TAG -> ArchiveTable.TAGS;
        };
    }

    /** The tables of what the join emits for a type of event, rejected records aside. */
    static List<ArchiveTable> outputTables(EventType type) {
        return switch (type) {
            case IMPRESSION -> List.of(ArchiveTable.JOINED_IMPRESSIONS);
            case CLICK -> List.of(ArchiveTable.JOINED_CLICKS, ArchiveTable.ORPHANS);
            case CONVERSION -> List.of(ArchiveTable.JOINED_CONVERSIONS);
            case TAG -> List.of(ArchiveTable.JOINED_TAGS);
        };
    }

    /** Columns of ids, by table. */
    static Map<ArchiveTable, String> idColumns(boolean light) {
        Map<ArchiveTable, String> columns = new HashMap<>();
        for (ArchiveTable table : ArchiveTable.values()) {
            if (table != ArchiveTable.REJECTED && table.isLight() == light) {
                columns.put(table, FoundRecord.prefix(table) + "id");
            }
        }
        return columns;
    }

    private void add(EventRecords event, ArchiveTable table, String column, String value, long fromMs, long toMs) {
        add(event, table, column, value, HourRange.of(fromMs, Math.min(toMs, nowMs + DAY_MS)));
    }

    private void add(EventRecords event, ArchiveTable table, String column, String value, HourRange hours) {
        archive.find(table, column, value, hours).forEach(row -> event.add(record(row)));
    }

    /** Adds copies and outputs. */
    void own(EventRecords event) {
        add(event, lightTable(event.type()), "id", event.id(), hoursOfCopies(event));
        Set<HourRange> ranges = new LinkedHashSet<>();
        for (FoundRecord copy : event.copies()) {
            for (long timeMs : List.of(copy.time() == null ? copy.recordMs() : copy.time(), copy.recordMs())) {
                ranges.add(HourRange.of(timeMs - HOUR_MS, timeMs + HOUR_MS));
            }
        }
        for (HourRange hours : ranges) {
            for (ArchiveTable table : outputTables(event.type())) {
                add(event, table, FoundRecord.prefix(table) + "id", event.id(), hours);
            }
        }
        for (FoundRecord copy : event.copies()) {
            if (event.joinKey() != null && event.outputOf(copy).isEmpty()) {
                add(event, ArchiveTable.REJECTED, RecordColumns.KEY, event.joinKey(), copy.recordMs(), copy.recordMs());
            }
        }
    }

    /** A copy may come as long as the join remembers the event, with whatever time. */
    private HourRange hoursOfCopies(EventRecords event) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (FoundRecord copy : event.copies()) {
            long timeMs = copy.time() == null ? copy.recordMs() : copy.time();
            String advertiser = copy.text("advertiserId");
            long windowMs = HOUR_MS;
            if (advertiser != null) {
                Windows windows = rules.windows(advertiser, copy.recordMs(), nowMs);
                windowMs = Math.max(
                        windows.impressionLookBack().toMillis(),
                        windows.clickLookBack().toMillis());
            }
            first = Math.min(first, Math.min(timeMs, copy.recordMs()) - windowMs);
            last = Math.max(last, Math.max(timeMs, copy.recordMs()) + windowMs);
        }
        return HourRange.of(first, Math.min(last, nowMs + DAY_MS));
    }

    /** Adds events that took part in the decision, and those that were joined with the event. */
    void related(EventRecords event) {
        FoundRecord ingested = event.ingested();
        Long time = ingested.time();
        String advertiser = ingested.text("advertiserId");
        if (time == null || advertiser == null) {
            return;
        }
        Windows windows = rules.windows(advertiser, ingested.recordMs(), nowMs);
        switch (event.type()) {
            case IMPRESSION -> ofImpression(event, time, windows);
            case CLICK -> ofClick(event, ingested, time, windows);
            case CONVERSION -> ofConversion(event, ingested, time, windows);
            case TAG -> {}
        }
    }

    private void ofImpression(EventRecords event, long time, Windows windows) {
        long lastClick = time + windows.impressionLookBack().toMillis();
        add(
                event,
                ArchiveTable.JOINED_CLICKS,
                "impression.id",
                event.id(),
                time - windows.orphanAfter().toMillis(),
                lastClick);
        add(
                event,
                ArchiveTable.JOINED_CONVERSIONS,
                "impression.id",
                event.id(),
                time,
                lastClick + windows.clickLookBack().toMillis());
    }

    private void ofClick(EventRecords event, FoundRecord click, long time, Windows windows) {
        long lookBack = windows.impressionLookBack().toMillis();
        String impression = click.text("impressionId");
        if (impression != null) {
            add(event, ArchiveTable.JOINED_CLICKS, "impression.id", impression, time - lookBack, time + lookBack);
            if (event.outputOf(click)
                    .filter(output -> output.kind() == ArchiveTable.JOINED_CLICKS)
                    .isEmpty()) {
                add(
                        event,
                        ArchiveTable.IMPRESSIONS,
                        "id",
                        impression,
                        time - lookBack - DAY_MS,
                        time + windows.orphanAfter().toMillis() + 2 * DAY_MS);
            }
        }
        add(
                event,
                ArchiveTable.JOINED_CONVERSIONS,
                "click.id",
                event.id(),
                time,
                time + windows.clickLookBack().toMillis());
    }

    private void ofConversion(EventRecords event, FoundRecord conversion, long time, Windows windows) {
        long since = time - windows.clickLookBack().toMillis();
        String click = conversion.text("clickId");
        if (click != null) {
            add(event, ArchiveTable.CLICKS, "id", click, since - DAY_MS, time + HOUR_MS);
        } else if (event.joinKey() != null) {
            add(event, ArchiveTable.CLICKS, RecordColumns.KEY, event.joinKey(), since - HOUR_MS, time + HOUR_MS);
        }
        List<FoundRecord> candidates = event
                .where(record -> record.kind() == ArchiveTable.CLICKS && event.hasKey(record) && record.time() != null)
                .stream()
                .sorted(Comparator.comparing(FoundRecord::time).reversed())
                .limit(MAX_CANDIDATES)
                .toList();
        for (FoundRecord candidate : candidates) {
            for (ArchiveTable table : outputTables(EventType.CLICK)) {
                boolean isKnown = event.first(record ->
                                record.kind() == table && Objects.equals(candidate.id(), record.text("click.id")))
                        .isPresent();
                if (!isKnown) {
                    add(event, table, "click.id", candidate.id(), candidate.time(), candidate.time());
                }
            }
        }
    }
}
