package io.lightflow.deploy.reconcile;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether all outputs tell the same about an hour.
 *
 * @param hour its beginning; an hour is one of event time, UTC
 * @param made when it was compared
 * @param tables records of topics with rows of tables
 * @param events light events with outputs, by type
 * @param postgres PostgreSQL with joined events; null if it was not compared
 * @param notes what was not compared at all, and why
 */
public record Reconciliation(
        String group,
        Instant hour,
        Instant made,
        List<TableComparison.Result> tables,
        List<OutcomeComparison.Result> events,
        StatisticsComparison.Result postgres,
        List<String> notes) {

    @JsonProperty
    public boolean equal() {
        return differenceCount() == 0;
    }

    @JsonProperty
    public long differenceCount() {
        long count = postgres == null ? 0 : postgres.differenceCount();
        count += tables.stream()
                .mapToLong(TableComparison.Result::differenceCount)
                .sum();
        return count
                + events.stream()
                        .mapToLong(OutcomeComparison.Result::differenceCount)
                        .sum();
    }

    /** All differences that are named. */
    public Stream<Difference> named() {
        return Stream.of(
                        tables.stream().flatMap(table -> table.differences().stream()),
                        events.stream().flatMap(type -> type.differences().stream()),
                        Stream.ofNullable(postgres).flatMap(rows -> rows.differences().stream()))
                .flatMap(differences -> differences);
    }
}
