package io.lightflow.deploy.reconcile;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import io.lightflow.sql.LocalCopies;
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
            + " AS record_offset, epoch_ms(" + RecordColumns.TIME + ") AS record_ms, " + RecordColumns.KEY
            + " AS join_key, " + RecordColumns.FAILURE
            + " IS NOT NULL AS unreadable";

    private final String group;
    private final Map<String, Table> tables;
    private final LocalCopies copies;
    private final Map<ArchiveTable, TableLedger> ledgers = new HashMap<>();

    private ArchivedHour(String group, Map<String, Table> tables, LocalCopies copies) {
        this.group = group;
        this.tables = tables;
        this.copies = copies;
    }

    /** The tables at their current snapshots. */
    static ArchivedHour load(ArchiveCatalog catalog, String group, LocalCopies copies) {
        return new ArchivedHour(group, catalog.existingTables(group), copies);
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
     * Creates a view of the rows of a span of event time. The event's own time counts, even if its row is in the
     * partition of another hour, because it is far from its record. A row that did not decode has the time of its
     * record.
     *
     * @param columns of the events; those of the record come before them
     */
    void createView(ScratchDatabase database, String view, ArchiveTable table, List<EventColumn> columns, Span span) {
        String name = table.tableName();
        long from = span.from().toEpochMilli();
        long to = span.to().toEpochMilli();
        Expression own = Expressions.and(
                Expressions.greaterThanOrEqual(table.timePath(), from), Expressions.lessThan(table.timePath(), to));
        Expression partition = Expressions.and(
                Expressions.greaterThanOrEqual(RecordColumns.EVENT_TIME, from * 1_000),
                Expressions.lessThan(RecordColumns.EVENT_TIME, to * 1_000));
        String select = SqlTable.of(group, name, tables.get(name), Expressions.or(own, partition), copies)
                .select();
        String time = '"' + table.timePath().replace(".", "\".\"") + '"';
        String recordTime = "epoch_ms(" + RecordColumns.TIME + ")";
        database.execute("CREATE OR REPLACE VIEW " + view + " AS SELECT " + WHERE_RECORD_IS + ", "
                + columns.stream().map(EventColumn::ofArchive).collect(Collectors.joining(", ")) + " FROM (" + select
                + ") WHERE " + within(time, from, to) + " OR " + time + " IS NULL AND "
                + within(recordTime, from, to));
    }

    private static String within(String time, long from, long to) {
        return time + " >= " + from + " AND " + time + " < " + to;
    }

    /** From a time up to another. */
    record Span(Instant from, Instant to) {
        static Span ofHour(Instant hour) {
            return new Span(hour, hour.plus(Duration.ofHours(1)));
        }
    }
}
