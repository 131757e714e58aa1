package io.lightflow.topology.trace;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.lookup.ArchiveLookup;
import io.lightflow.archive.lookup.HourRange;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.event.WriterSchemas;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.postgres.SetAsideReader;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.FrontSection;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import io.lightflow.topology.trace.TraceBuilder.FrontRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;

/**
 * Follows the events with an id through a group. Only reads: the topics that the archive does not hold, the archive's
 * tables, the ledgers and the submitted rules. Thread-safe: each call opens what it reads.
 */
public final class EventTracer implements AutoCloseable {
    /** Of a trace; each costs about as much as one id. */
    private static final int MAX_EVENTS = 20;
    /** How far apart the events of a trace may be. */
    private static final long MAX_TRACE_MS = Duration.ofDays(1).toMillis();

    private final GroupSettings settings;
    private final Optional<ArchiveCatalog> catalog;
    private final WriterSchemas schemas;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "lightflow-trace");
        thread.setDaemon(true);
        return thread;
    });

    /** @param catalog of the group's archive, which the caller closes; empty if it has none */
    public EventTracer(GroupSettings settings, Optional<ArchiveCatalog> catalog, InstantSource clock) {
        this.settings = settings;
        this.catalog = catalog;
        this.schemas = RegistrySchemas.connect(settings.registry());
        this.clock = clock;
    }

    /**
     * Follows the events with an id, or those of a trace.
     *
     * @param text an id, or a {@code traceparent}
     * @param back how old records of topics may be that the archive does not hold
     * @throws KafkaException if the central cluster is unavailable, and there is no archive
     */
    public IdTrace trace(String text, Duration back) {
        return trace(text, back, Optional.empty());
    }

    /**
     * Follows events of one advertiser; those of others are as unknown.
     *
     * @param advertiser empty for all events
     */
    public IdTrace trace(String text, Duration back, Optional<String> advertiser) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("expected the id of an event, found an empty string");
        }
        Instant now = clock.instant();
        CompletableFuture<GroupState> state =
                CompletableFuture.supplyAsync(() -> GroupState.read(settings, now), threads);
        List<String> notes = new ArrayList<>();
        try (ArchiveLookup archive = catalog.map(opened -> new ArchiveLookup(opened, settings.group()))
                        .orElse(null);
                TopicTail tail = tail(archive, back, now, notes)) {
            return trace(text, back, now, state, archive, tail, notes, advertiser);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Null if the central cluster is unavailable. */
    private TopicTail tail(ArchiveLookup archive, Duration back, Instant now, List<String> notes) {
        Map<ArchiveTable, TableLedger> ledgers = new EnumMap<>(ArchiveTable.class);
        for (ArchiveTable table : ArchiveTable.values()) {
            if (archive != null && archive.has(table)) {
                ledgers.put(table, archive.ledger(table));
            }
        }
        try {
            TopicTail tail = new TopicTail(settings, schemas, ledgers, back, now.toEpochMilli());
            if (!tail.missingTopics().isEmpty()) {
                notes.add("the central cluster has no topics " + String.join(", ", tail.missingTopics()));
            }
            return tail;
        } catch (KafkaException e) {
            if (archive == null) {
                throw e;
            }
            notes.add("the topics were not read: " + e.getMessage());
            return null;
        }
    }

    private IdTrace trace(
            String text,
            Duration back,
            Instant now,
            CompletableFuture<GroupState> reading,
            ArchiveLookup archive,
            TopicTail tail,
            List<String> notes,
            Optional<String> advertiser) {
        SearchKey wanted = SearchKey.of(text);
        AtomicBoolean isFound = new AtomicBoolean();
        CompletableFuture<ArchiveLookup.Search> archived = archive == null
                ? null
                : CompletableFuture.supplyAsync(
                        () -> archive.newest(wanted.lightColumns(), wanted.value(), isFound::get), threads);
        List<FoundRecord> found = new ArrayList<>();
        if (tail != null) {
            found.addAll(tail.light(wanted));
            isFound.set(!found.isEmpty());
        }
        ArchiveLookup.Search search = archived == null ? null : archived.join();
        if (search != null) {
            search.rows().forEach(row -> found.add(RelatedSearch.record(row)));
            if (found.isEmpty() && wanted instanceof SearchKey.OfId) {
                // The light tables may keep their events for a shorter time.
                search = archive.newest(RelatedSearch.idColumns(false), wanted.value(), isFound::get);
                search.rows().forEach(row -> found.add(lightOf(RelatedSearch.record(row))));
            }
            if (wanted instanceof SearchKey.OfTrace) {
                addRestOfTrace(wanted, archive, found);
            }
        }
        GroupState state = reading.join();
        notes.addAll(state.notes());
        List<EventTrace> events = new ArrayList<>();
        List<EventRecords> groups = grouped(found, wanted, advertiser);
        if (groups.size() > MAX_EVENTS) {
            notes.add("only " + MAX_EVENTS + " of " + groups.size() + " events are told of");
            groups = groups.subList(0, MAX_EVENTS);
        }
        try (SetAsideReader setAside = StatisticsTopology.setAside(settings)) {
            for (EventRecords event : groups) {
                follow(event, archive, tail, state, now);
                events.add(new TraceBuilder(
                                settings,
                                state,
                                archive,
                                now,
                                front(event),
                                joined -> reason(setAside, joined, notes),
                                event)
                        .build());
            }
        }
        return new IdTrace(text, settings.group(), now, events, span(search, tail, back, now), notes);
    }

    private static Optional<String> reason(SetAsideReader setAside, FoundRecord joined, List<String> notes) {
        try {
            return setAside.reason(joined.topic(), joined.incarnation(), joined.partition(), joined.offset());
        } catch (SinkUnavailableException | PostgresSetupException e) {
            notes.add("cannot look up whether " + joined.place() + " was set aside: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** The search ends at the newest hour that has an event of the trace; others of it are near. */
    private static void addRestOfTrace(SearchKey wanted, ArchiveLookup archive, List<FoundRecord> found) {
        LongSummaryStatistics times =
                found.stream().mapToLong(FoundRecord::recordMs).summaryStatistics();
        if (times.getCount() > 0) {
            HourRange hours = HourRange.of(times.getMin() - MAX_TRACE_MS, times.getMax() + MAX_TRACE_MS);
            wanted.lightColumns().forEach((table, column) -> archive.find(table, column, wanted.value(), hours)
                    .forEach(row -> found.add(RelatedSearch.record(row))));
        }
    }

    private FrontRecord front(EventRecords event) {
        FoundRecord light = event.ingested();
        FrontSection front = settings.fronts().get(event.type().dataCenter(light.topic()));
        if (front == null) {
            return new FrontRecord(
                    OptionalLong.empty(), "; its offset is told if fronts of the settings names the cluster");
        }
        try {
            OptionalLong offset = FrontOffset.find(front.kafka(), event.type(), light, event.id());
            return new FrontRecord(offset, offset.isPresent() ? "" : ", which does not have it any more");
        } catch (KafkaException e) {
            return new FrontRecord(OptionalLong.empty(), ", which is unavailable: " + e.getMessage());
        }
    }

    private static SearchedSpan span(ArchiveLookup.Search search, TopicTail tail, Duration back, Instant now) {
        boolean hasHours = search != null && search.firstHour().isPresent();
        return new SearchedSpan(
                hasHours
                        ? Instant.ofEpochMilli(
                                HourRange.beginMs(search.firstHour().getAsLong()))
                        : null,
                hasHours
                        ? Instant.ofEpochMilli(
                                HourRange.beginMs(search.lastHour().getAsLong() + 1))
                        : null,
                tail == null ? null : now.minus(back),
                tail == null ? 0 : tail.records());
    }

    /** The light record that an output tells of. */
    private static FoundRecord lightOf(FoundRecord output) {
        String prefix = FoundRecord.prefix(output.kind());
        Map<String, Object> values = new HashMap<>();
        output.values().forEach((path, value) -> {
            if (path.startsWith(prefix)) {
                values.put(path.substring(prefix.length()), value);
            }
        });
        return new FoundRecord(
                RelatedSearch.lightTable(output.type()),
                output.text("provenance.origin.topic"),
                output.number("provenance.origin.incarnation").intValue(),
                output.number("provenance.origin.partition").intValue(),
                output.number("provenance.origin.offset"),
                output.number("provenance.producedMs"),
                output.joinKey(),
                values,
                null,
                null);
    }

    private static List<EventRecords> grouped(List<FoundRecord> found, SearchKey wanted, Optional<String> advertiser) {
        // A rejected record names no advertiser. It is shown with its light record only.
        Predicate<FoundRecord> visible = record ->
                advertiser.isEmpty() || record.kind() == ArchiveTable.REJECTED || record.isOf(advertiser.get());
        List<EventRecords> events = new ArrayList<>();
        for (FoundRecord record : found) {
            if (!visible.test(record)) {
                continue;
            }
            String id = wanted.idOf(record);
            events.stream()
                    .filter(event -> event.id().equals(id) && event.isOf(record))
                    .findFirst()
                    .ifPresentOrElse(
                            event -> event.add(record), () -> events.add(new EventRecords(record, id, visible)));
        }
        return events;
    }

    private static void follow(
            EventRecords event, ArchiveLookup archive, TopicTail tail, GroupState state, Instant now) {
        if (tail != null) {
            event.addAll(tail.ofKey(event.shard(), event.joinKey(), event.id()));
        }
        if (archive != null) {
            RelatedSearch search = new RelatedSearch(archive, state.rules(), now.toEpochMilli());
            search.own(event);
            search.related(event);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
