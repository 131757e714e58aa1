package io.lightflow.topology.trace;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A station on the way of an event.
 *
 * @param time when it was there; null if unknown
 * @param place in Kafka; null if there is none
 * @param archive its row of the archive; null if there is none
 * @param rows rows of the statistics; empty if there are none
 * @param text what happened
 */
public record Hop(
        Station station, Instant time, RecordPlace place, ArchivePlace archive, List<StatisticsRow> rows, String text) {

    /** In the order of the way. */
    public enum Station {
        /** By the ad server; the time is the event's own. */
        PRODUCED,
        /** In the Kafka of its data center. */
        FRONT,
        /** In the central cluster, where the mirror has copied it. */
        CENTRAL,
        /** By the topology {@code dataflow}. */
        READ,
        /** By the rules of the join. */
        DECIDED,
        /** In the output topic. */
        EMITTED,
        /** By the topology {@code stats-counter}. */
        COUNTED,
        /** In a table of the archive. */
        ARCHIVED,
        /** The hour of its event time. */
        HOUR
    }

    public Hop {
        Objects.requireNonNull(station, "station");
        Objects.requireNonNull(text, "text");
        rows = List.copyOf(rows);
    }

    static Hop of(Station station, Instant time, String text) {
        return new Hop(station, time, null, null, List.of(), text);
    }

    static Hop at(Station station, Instant time, RecordPlace place, String text) {
        return new Hop(station, time, place, null, List.of(), text);
    }
}
