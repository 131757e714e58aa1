package io.lightflow.topology.trace;

import io.lightflow.event.EventType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** All records that were found about one event: its own, its outputs, and those of related events. Mutable. */
final class EventRecords {
    private static final Comparator<FoundRecord> BY_ARRIVAL = Comparator.comparingLong(FoundRecord::recordMs)
            .thenComparing(FoundRecord::topic)
            .thenComparingLong(FoundRecord::offset);

    private final EventType type;
    private final String id;
    private final String joinKey;
    private final int shard;
    private final Predicate<FoundRecord> visible;
    /** By place. */
    private final Map<RecordPlace, FoundRecord> records = new LinkedHashMap<>();

    /** @param visible records for which it is false are left out */
    EventRecords(FoundRecord first, String id, Predicate<FoundRecord> visible) {
        this.visible = visible;
        this.type = first.type();
        this.id = id;
        this.joinKey = first.joinKey();
        this.shard = first.partition();
        add(first);
    }

    EventType type() {
        return type;
    }

    String id() {
        return id;
    }

    String joinKey() {
        return joinKey;
    }

    int shard() {
        return shard;
    }

    boolean isOf(FoundRecord record) {
        return record.type() == type && record.partition() == shard && Objects.equals(record.joinKey(), joinKey);
    }

    void add(FoundRecord record) {
        if (visible.test(record)) {
            records.putIfAbsent(record.place(), record);
        }
    }

    void addAll(Collection<FoundRecord> all) {
        all.forEach(this::add);
    }

    List<FoundRecord> where(Predicate<FoundRecord> wanted) {
        return records.values().stream().filter(wanted).toList();
    }

    Optional<FoundRecord> first(Predicate<FoundRecord> wanted) {
        return records.values().stream().filter(wanted).findFirst();
    }

    /** Its records in light topics, in the order of their arrival. A record that does not decode counts as one. */
    List<FoundRecord> copies() {
        List<FoundRecord> copies = new ArrayList<>(where(record -> record.isLight()
                && isOf(record)
                && (id.equals(record.id()) || record.values().isEmpty())));
        copies.sort(BY_ARRIVAL);
        return copies;
    }

    /** What the join emitted for a record. */
    Optional<FoundRecord> outputOf(FoundRecord light) {
        return first(record -> !record.isLight() && light.place().equals(record.origin("provenance.origin")));
    }

    /** The record that was ingested, or else the first one. */
    FoundRecord ingested() {
        List<FoundRecord> copies = copies();
        return copies.stream()
                .filter(copy ->
                        outputOf(copy).filter(output -> output.type() != null).isPresent())
                .findFirst()
                .or(() -> copies.stream()
                        .filter(copy -> outputOf(copy).isPresent())
                        .findFirst())
                .orElse(copies.get(0));
    }

    /** Whether it is an event of the join key. */
    boolean hasKey(FoundRecord record) {
        return Objects.equals(joinKey, record.joinKey());
    }
}
