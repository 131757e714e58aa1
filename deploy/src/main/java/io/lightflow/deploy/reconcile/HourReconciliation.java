package io.lightflow.deploy.reconcile;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.EventType;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.Position;
import io.lightflow.sql.LocalCopies;
import io.lightflow.topology.certificate.HourFollower;
import io.lightflow.topology.certificate.PartitionReader;
import io.lightflow.topology.certificate.PossibleRules;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/** Compares one hour. Used once; not thread-safe. */
final class HourReconciliation {
    /** How far the clock that stamps an output may lag the one that stamped its light event. */
    private static final Duration MAX_CLOCK_SKEW = Duration.ofHours(1);

    private static final Duration ARCHIVE_POLL_INTERVAL = Duration.ofSeconds(1);

    /** What it reads. */
    record Access(
            GroupSettings settings,
            Reconciler.Limits limits,
            ArchiveCatalog catalog,
            LocalCopies copies,
            WriterSchemas schemas) {}

    private final GroupSettings settings;
    private final Reconciler.Limits limits;
    private final ArchiveCatalog catalog;
    private final LocalCopies copies;
    private final Instant hour;
    private final long begin;
    private final ArchivedHour.Span span;
    private final ScratchDatabase database;
    private final Map<Integer, Position> counted;
    private final Map<Integer, Position> decided;
    private final PossibleRules rules;
    private final TopicHour topics;
    private final Map<ArchiveTable, List<ReadRange>> ranges = new EnumMap<>(ArchiveTable.class);
    private final List<String> notes = new ArrayList<>();

    /**
     * @param rules those of the join that may have applied
     * @param counted positions of the join up to which light events are compared
     * @param decided later ones, up to which all timers must have fired
     */
    HourReconciliation(
            Access access,
            Instant hour,
            ScratchDatabase database,
            PossibleRules rules,
            Map<Integer, Position> counted,
            Map<Integer, Position> decided) {
        this.settings = access.settings();
        this.limits = access.limits();
        this.catalog = access.catalog();
        this.copies = access.copies();
        this.hour = hour;
        this.begin = hour.toEpochMilli();
        this.span = ArchivedHour.Span.ofHour(hour);
        this.database = database;
        this.counted = counted;
        this.decided = decided;
        this.rules = rules;
        this.topics = new TopicHour(
                database,
                () -> new PartitionReader(settings.kafka(), "lightflow-reconcile-" + settings.group()),
                access.schemas(),
                span);
    }

    /** @param summed up to which positions PostgreSQL counts joined events, by group */
    Reconciliation compare(StatisticsHour statistics, SortedMap<String, SortedMap<Integer, Position>> summed) {
        readTopics();
        ArchivedHour archive = awaitArchived();
        Set<ArchiveTable> kept = kept(archive);
        kept.forEach(table -> archive.createView(
                database, TableComparison.ofArchive(table), table, EventColumns.compared(table), span));
        List<TableComparison.Result> tables = compareTables(kept);
        List<OutcomeComparison.Result> events = compareEvents(archive, kept);
        StatisticsComparison.Result rows = compareStatistics(statistics, summed, archive, kept);
        return new Reconciliation(
                settings.group(), hour, Instant.now().truncatedTo(ChronoUnit.MILLIS), tables, events, rows, notes);
    }

    private void readTopics() {
        List<TopicHour.Request> requests = new ArrayList<>();
        for (ArchiveTable table : ArchiveTable.values()) {
            boolean isLight = isLight(table);
            requests.add(new TopicHour.Request(
                    table,
                    TableComparison.ofTopics(table),
                    EventColumns.compared(table),
                    table.topics(settings.group(), settings.dataCenters()),
                    settings.shards(),
                    isLight ? begin - rules.farFuture(begin).toMillis() : outputsSince(),
                    isLight ? this::joinedUpTo : (partition, incarnation, end) -> end));
        }
        ranges.putAll(topics.read(requests, limits.threads()));
    }

    private long joinedUpTo(TopicPartition partition, int incarnation, long end) {
        return counted.get(partition.partition()).nextOffset(partition.topic(), incarnation);
    }

    private long outputsSince() {
        return begin - rules.farFuture(begin).toMillis() - MAX_CLOCK_SKEW.toMillis();
    }

    /** Waits until the archive has every record of the hour that was read. */
    private ArchivedHour awaitArchived() {
        long deadline = System.nanoTime() + limits.maxWait().toNanos();
        while (true) {
            ArchivedHour archive = ArchivedHour.load(catalog, settings.group(), copies);
            Optional<String> lag = lag(archive);
            if (lag.isEmpty()) {
                return archive;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new HourNotArchivedException("the hour " + hour + " is not archived yet: " + lag.get());
            }
            HourFollower.pause(ARCHIVE_POLL_INTERVAL);
        }
    }

    private Optional<String> lag(ArchivedHour archive) {
        for (ArchiveTable table : ArchiveTable.values()) {
            if (!archive.has(table)) {
                return Optional.of("the archive has no table " + table.tableName());
            }
            Map<String, Long> last = new TreeMap<>();
            database.query(
                    "SELECT topic, shard, max(record_offset) FROM " + TableComparison.ofTopics(table)
                            + " GROUP BY topic, shard",
                    row -> last.put(row.getString(1) + "-" + row.getInt(2), row.getLong(3)));
            for (ReadRange range : ranges.get(table)) {
                String partition = range.topic() + "-" + range.partition();
                long next = archive.nextOffset(table, range.topic(), range.incarnation(), range.partition());
                long wanted = last.getOrDefault(partition, range.mayBeCutOff() ? range.begin() - 1 : -1);
                if (next <= wanted) {
                    return Optional.of("the table " + table.tableName() + " has " + partition + " up to offset " + next
                            + ", and an event of the hour may be at offset " + wanted);
                }
            }
        }
        return Optional.empty();
    }

    /** The tables from which upkeep has not removed the hour. */
    private Set<ArchiveTable> kept(ArchivedHour archive) {
        Set<ArchiveTable> kept = EnumSet.noneOf(ArchiveTable.class);
        for (ArchiveTable table : ArchiveTable.values()) {
            Duration keep = settings.archive().keepEvents().get(table.tableName());
            if (keep != null && span.to().plus(keep).isBefore(Instant.now())) {
                notes.add(table.tableName() + " was not compared: the table keeps its events for " + keep.toHours()
                        + " h only");
            } else if (archive.has(table)) {
                kept.add(table);
            }
        }
        return kept;
    }

    private List<TableComparison.Result> compareTables(Set<ArchiveTable> kept) {
        TableComparison comparison = new TableComparison(database);
        List<TableComparison.Result> results = new ArrayList<>();
        for (ArchiveTable table : kept) {
            List<ReadRange> read = ranges.get(table);
            comparison.addRanges(table, read);
            List<String> tableNotes = new ArrayList<>();
            String cutOff = read.stream()
                    .filter(ReadRange::mayBeCutOff)
                    .map(range -> range.topic() + "-" + range.partition() + " before offset " + range.begin())
                    .collect(Collectors.joining(", "));
            if (!cutOff.isEmpty()) {
                tableNotes.add("deleted from the topics, some possibly of the hour: " + cutOff);
            }
            results.add(comparison.compare(table, tableNotes));
        }
        return results;
    }

    private List<OutcomeComparison.Result> compareEvents(ArchivedHour archive, Set<ArchiveTable> kept) {
        List<OutcomeComparison.Result> results = new ArrayList<>();
        if (!kept.contains(ArchiveTable.REJECTED) || !kept.contains(ArchiveTable.JOINED_IMPRESSIONS)) {
            notes.add("light events were not compared with outputs: rejected or joined_impressions is missing");
            return results;
        }
        archive.createView(
                database,
                OutcomeComparison.REJECTED,
                ArchiveTable.REJECTED,
                EventColumns.compared(ArchiveTable.REJECTED),
                timesOfRecords(kept));
        view(
                archive,
                OutcomeComparison.NEAR_IMPRESSIONS,
                ArchiveTable.JOINED_IMPRESSIONS,
                hour.minus(1, ChronoUnit.HOURS),
                span.to());
        OutcomeComparison comparison = new OutcomeComparison(
                database,
                rules,
                begin,
                counted,
                decided,
                (view, table, sinceMs) -> view(
                        archive,
                        view,
                        table,
                        Instant.ofEpochMilli(sinceMs),
                        Instant.now().plus(rules.farFuture(begin))));
        for (EventType type : EventType.values()) {
            if (kept.containsAll(OutcomeComparison.tables(type))) {
                results.add(comparison.compare(type));
            }
        }
        return results;
    }

    /** When the records of the light events were made. A rejected record names this time, and no event time. */
    private ArchivedHour.Span timesOfRecords(Set<ArchiveTable> kept) {
        long first = begin;
        long last = begin;
        for (ArchiveTable table : kept) {
            if (isLight(table)) {
                List<long[]> times = database.query(
                        "SELECT min(record_ms), max(record_ms) FROM " + TableComparison.ofArchive(table)
                                + " HAVING count(*) > 0",
                        row -> new long[] {row.getLong(1), row.getLong(2)});
                for (long[] bounds : times) {
                    first = Math.min(first, bounds[0]);
                    last = Math.max(last, bounds[1]);
                }
            }
        }
        return new ArchivedHour.Span(Instant.ofEpochMilli(first), Instant.ofEpochMilli(last + 1));
    }

    private static boolean isLight(ArchiveTable table) {
        return !table.timePath().contains(".");
    }

    private void view(ArchivedHour archive, String view, ArchiveTable table, Instant from, Instant to) {
        archive.createView(database, view, table, EventColumns.compared(table), new ArchivedHour.Span(from, to));
    }

    private StatisticsComparison.Result compareStatistics(
            StatisticsHour statistics,
            SortedMap<String, SortedMap<Integer, Position>> summed,
            ArchivedHour archive,
            Set<ArchiveTable> kept) {
        if (!kept.containsAll(StatisticsComparison.COUNTED)) {
            notes.add("PostgreSQL was not compared: a joined table does not keep the hour any more");
            return null;
        }
        List<StatisticsComparison.Source> sources = new ArrayList<>();
        for (ArchiveTable table : StatisticsComparison.COUNTED) {
            String rows = "counted_" + table.tableName();
            archive.createView(database, rows, table, EventColumns.counted(table), span);
            sources.add(new StatisticsComparison.Source(table, rows));
        }
        int number = 0;
        for (Map.Entry<String, SortedMap<Integer, Position>> group : summed.entrySet()) {
            if (!group.getKey().equals(settings.group())
                    && !addOther(group.getKey(), group.getValue(), number++, sources)) {
                notes.add("PostgreSQL was not compared: the group " + group.getKey()
                        + " is counted into the same rows, and its topics do not have the hour any more");
                return null;
            }
        }
        return new StatisticsComparison(database, begin, statistics).compare(summed, sources, List.of());
    }

    /** Another group is counted into the same rows. Its joined topics are on the same cluster. */
    private boolean addOther(
            String group,
            SortedMap<Integer, Position> positions,
            int number,
            List<StatisticsComparison.Source> sources) {
        if (positions.isEmpty()) {
            return true;
        }
        List<TopicHour.Request> requests = StatisticsComparison.COUNTED.stream()
                .map(table -> new TopicHour.Request(
                        table,
                        "other_" + number + "_" + table.tableName(),
                        EventColumns.counted(table),
                        table.topics(group, List.of()),
                        positions.lastKey() + 1,
                        outputsSince(),
                        (partition, incarnation, end) -> positions
                                .getOrDefault(partition.partition(), Position.START)
                                .nextOffset(partition.topic(), incarnation)))
                .toList();
        Map<ArchiveTable, List<ReadRange>> read = topics.read(requests, limits.threads());
        requests.forEach(request -> sources.add(new StatisticsComparison.Source(request.table(), request.rows())));
        return read.values().stream()
                .noneMatch(table -> table.isEmpty() || table.stream().anyMatch(ReadRange::mayBeCutOff));
    }
}
