package io.lightflow.deploy.reconcile;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import io.lightflow.sql.SqlTable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** The tables of a group, each at one snapshot. Their rows become views of the scratch database. Not thread-safe. */
final class ArchivedHour {
    private static final String WHERE_RECORD_IS = RecordColumns.TOPIC + " AS topic, " + RecordColumns.INCARNATION
            + " AS incarnation, " + RecordColumns.PARTITION + " AS shard, " + RecordColumns.OFFSET
            + " AS record_offset, " + RecordColumns.KEY + " AS join_key, " + RecordColumns.FAILURE
            + " IS NOT NULL AS unreadable";

    private final String group;
    private final Map<String, Table> tables;
    private final Map<ArchiveTable, TableLedger> ledgers = new HashMap<>();

    private ArchivedHour(String group, Map<String, Table> tables) {
        this.group = group;
        this.tables = tables;
    }

    /** The tables at their current snapshots. */
    static ArchivedHour load(ArchiveCatalog catalog, String group) {
        return new ArchivedHour(group, catalog.existingTables(group));
    }

    boolean has(ArchiveTable table) {
        return tables.containsKey(table.tableName());
    }

    /** The offset after the last record of a topic-partition that the table holds. */
    long nextOffset(ArchiveTable table, String topic, int incarnation, int shard) {
        return ledgers.computeIfAbsent(table, kind -> TableLedger.of(tables.get(kind.tableName())))
                .entry(shard)
                .position()
                .nextOffset(topic, incarnation);
    }

    /**
     * Creates a view of the rows whose {@code event_time} is of a span of time.
     *
     * @param columns of the events; those of the record come before them
     */
    void createView(ScratchDatabase database, String view, ArchiveTable table, List<EventColumn> columns, Span span) {
        String name = table.tableName();
        Expression filter = Expressions.and(
                Expressions.greaterThanOrEqual(
                        RecordColumns.EVENT_TIME, span.from().toEpochMilli() * 1_000),
                Expressions.lessThan(RecordColumns.EVENT_TIME, span.to().toEpochMilli() * 1_000));
        String select = SqlTable.of(group, name, tables.get(name), filter).select();
        database.execute("CREATE OR REPLACE VIEW " + view + " AS SELECT " + WHERE_RECORD_IS + ", "
                + columns.stream().map(EventColumn::ofArchive).collect(Collectors.joining(", ")) + " FROM (" + select
                + ") WHERE " + RecordColumns.EVENT_TIME + " >= TIMESTAMPTZ '" + span.from() + "' AND "
                + RecordColumns.EVENT_TIME + " < TIMESTAMPTZ '" + span.to() + "'");
    }

    /** From a time up to another. */
    record Span(Instant from, Instant to) {
        static Span ofHour(Instant hour) {
            return new Span(hour, hour.plus(Duration.ofHours(1)));
        }
    }
}
