package io.lightflow.archive.table;

import io.lightflow.archive.parquet.ParquetRows;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records into files of a table: a file for every hour of event time, with its rows sorted by key. A record that
 * does not decode becomes a row too, with its bytes and the reason. Not thread-safe.
 */
public final class RowWriter {
    private static final Logger LOG = LoggerFactory.getLogger(RowWriter.class);
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();
    /**
     * A row belongs to the hour of its event only if that is this near to the hour of its record. Otherwise a wrong
     * clock or a replay could make a file for every hour of years.
     */
    private static final long MAX_AGE_MS = Duration.ofDays(45).toMillis();

    private static final long MAX_AHEAD_MS = Duration.ofDays(1).toMillis();

    private final ArchiveTable kind;
    private final Table table;
    private final WriterSchemas schemas;
    private final TableFiles files;
    private final AvroCursor cursor = new AvroCursor();
    private final Map<Integer, BodyPlan> plans = new HashMap<>();
    private final InstantSource clock;
    private MessageType plannedFor;
    private long nowMs;

    public RowWriter(ArchiveTable kind, Table table, WriterSchemas schemas, InstantSource clock) {
        this.kind = kind;
        this.table = table;
        this.schemas = schemas;
        this.clock = clock;
        this.files = new TableFiles(kind, table);
    }

    /**
     * Writes the records.
     *
     * @return the files, which no snapshot refers to yet
     * @throws WriterSchemas.SchemasUnavailableException if a schema is unavailable now
     * @throws java.io.UncheckedIOException if the storage fails
     */
    public List<DataFile> write(List<Records> all) {
        plan();
        Map<Long, List<Row>> hours = new TreeMap<>();
        forEach(all, row -> hours.computeIfAbsent(Math.floorDiv(row.timeMs(), HOUR_MS), absent -> new ArrayList<>())
                .add(row));
        List<DataFile> written = new ArrayList<>(hours.size());
        hours.forEach((hour, rows) -> written.add(writeHour(hour, rows)));
        return written;
    }

    /**
     * Writes the same rows into one file that is no part of the table, in the order of the records.
     *
     * @throws WriterSchemas.SchemasUnavailableException if a schema is unavailable now
     * @throws java.io.UncheckedIOException if the storage fails
     */
    public void write(List<Records> all, OutputFile to) {
        plan();
        List<Row> rows = new ArrayList<>();
        forEach(all, rows::add);
        RowBatch batch = new RowBatch(plannedFor);
        try (ParquetRows file = new ParquetRows(to, table.schema(), kind.plainLayout(), rows.size())) {
            for (Row row : rows) {
                batch.add(row, file);
            }
            batch.flush(file);
            file.finish();
        }
    }

    private void plan() {
        nowMs = clock.millis();
        MessageType type = ParquetRows.typeOf(kind.tableName(), table.schema());
        if (!type.equals(plannedFor)) {
            plans.clear();
            plannedFor = type;
        }
    }

    private void forEach(List<Records> all, Consumer<Row> rows) {
        for (Records records : all) {
            Binary topic = Binary.fromString(records.topic());
            for (ArchiveRecord record : records.records()) {
                rows.accept(row(records, topic, record));
            }
        }
    }

    private Row row(Records of, Binary topic, ArchiveRecord record) {
        byte[] value = record.value();
        BodyPlan plan = null;
        String failure = null;
        long recordMs = record.timestampMs();
        long timeMs = isSane(recordMs) ? recordMs : nowMs;
        if (!WireFormat.hasHeader(value)) {
            failure = "the record has no header of 0x00 and a schema id";
        } else {
            int schemaId = WireFormat.schemaId(value);
            plan = plan(schemaId);
            if (plan == null) {
                failure = "expected a schema of " + kind.event().getFullName() + " that fits the table, found "
                        + schemaId;
            } else {
                try {
                    cursor.over(value, WireFormat.HEADER_BYTES);
                    long eventMs = plan.check(cursor);
                    if (isSane(eventMs) && eventMs >= recordMs - MAX_AGE_MS && eventMs <= recordMs + MAX_AHEAD_MS) {
                        timeMs = eventMs;
                    }
                } catch (DamagedBodyException e) {
                    failure = e.getMessage();
                }
            }
        }
        return new Row(of, topic, record, timeMs, plan, failure);
    }

    private boolean isSane(long timeMs) {
        return timeMs >= 0 && timeMs <= nowMs + MAX_AHEAD_MS;
    }

    private BodyPlan plan(int schemaId) {
        if (plans.containsKey(schemaId)) {
            return plans.get(schemaId);
        }
        Schema writer = schemas.byId(schemaId);
        if (writer == null) {
            // Not kept: the schema may be registered at any moment.
            return null;
        }
        BodyPlan plan = writer.getFullName().equals(kind.event().getFullName()) ? newPlan(schemaId, writer) : null;
        plans.put(schemaId, plan);
        return plan;
    }

    private BodyPlan newPlan(int schemaId, Schema writer) {
        try {
            return new BodyPlan(writer, plannedFor, kind.timePath(), kind.event());
        } catch (IllegalArgumentException e) {
            LOG.warn("Records of schema {} are archived with their bytes only: {}", schemaId, e.getMessage());
            return null;
        }
    }

    private DataFile writeHour(long hour, List<Row> rows) {
        RowBatch batch = new RowBatch(plannedFor);
        Row[] sorted = rows.toArray(Row[]::new);
        Arrays.sort(sorted);
        PartitionData partition = new PartitionData(table.spec().partitionType());
        partition.set(0, Math.toIntExact(hour));
        long traced = rows.stream().filter(row -> row.record().trace() != null).count();
        return files.write(partition, sorted.length, traced, file -> {
            for (Row row : sorted) {
                batch.add(row, file);
            }
            batch.flush(file);
        });
    }
}
