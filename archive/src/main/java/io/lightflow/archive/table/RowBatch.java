package io.lightflow.archive.table;

import io.lightflow.archive.parquet.ParquetRows;
import io.lightflow.event.TraceParent;
import io.lightflow.event.WireFormat;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Writes rows in batches, one column after the other. A row at a time would touch the buffers of all columns for every
 * row, which the processor's caches do not hold. Reused for many batches; not thread-safe.
 */
final class RowBatch {
    /** Few enough for the values of a batch to stay in the processor's caches. */
    static final int ROWS = 256;

    private static final long END_OF_YEAR_9999_MS = 253_402_300_799_999L;

    private final PrimitiveTypeName[] types;
    private final int[] maxLevels;
    /** Places of the columns of the trace; -1 in a table without them. */
    private final int traceColumn;

    private final int spanColumn;
    private final Row[] rows = new Row[ROWS];
    private final Slots slots;
    private final AvroCursor cursor = new AvroCursor();
    private int count;

    /**
     * The values of a batch. A string is the place of its bytes in its record: offset in the upper half, length in the
     * lower one. A negative number is the complement of the index of a constant of the row's plan.
     */
    static final class Slots {
        private final int columns;
        private final long[] values;
        private final byte[] levels;
        private int base;

        Slots(int columns) {
            this.columns = columns;
            this.values = new long[columns * ROWS];
            this.levels = new byte[columns * ROWS];
        }

        private void startRow(int row) {
            base = row * columns;
        }

        void set(int column, int level, long value) {
            values[base + column] = value;
            levels[base + column] = (byte) level;
        }

        void setBytes(int column, int level, int offset, int length) {
            set(column, level, (long) offset << 32 | length);
        }

        void setConstant(int column, int level, int index) {
            set(column, level, ~(long) index);
        }

        /** @param level how many of the column's groups are present */
        void setNull(int column, int level) {
            levels[base + column] = (byte) level;
        }
    }

    RowBatch(MessageType type) {
        List<ColumnDescriptor> columns = type.getColumns();
        types = new PrimitiveTypeName[columns.size()];
        maxLevels = new int[columns.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = columns.get(i).getPrimitiveType().getPrimitiveTypeName();
            maxLevels[i] = columns.get(i).getMaxDefinitionLevel();
        }
        traceColumn = column(columns, RecordColumns.TRACE_ID);
        spanColumn = column(columns, RecordColumns.SPAN_ID);
        slots = new Slots(types.length);
    }

    private static int column(List<ColumnDescriptor> columns, String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).getPath().length == 1
                    && columns.get(i).getPath()[0].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Adds a row, and writes the batch if it is full. */
    void add(Row row, ParquetRows to) {
        slots.startRow(count);
        if (row.failure() == null) {
            cursor.over(row.record().value(), WireFormat.HEADER_BYTES);
            row.plan().read(cursor, slots);
        } else {
            for (int column = RecordColumns.COUNT; column < types.length; column++) {
                slots.setNull(column, 0);
            }
        }
        rows[count++] = row;
        if (count == ROWS) {
            flush(to);
        }
    }

    /** Writes the rows that were added. */
    void flush(ParquetRows to) {
        ColumnWriter[] columns = to.columns();
        writeRecordColumns(columns);
        for (int column = RecordColumns.COUNT; column < types.length; column++) {
            if (column == traceColumn || column == spanColumn) {
                writeTraces(column, columns[column]);
                continue;
            }
            switch (types[column]) {
                case BINARY -> writeBytes(column, columns[column]);
                case INT64 -> writeLongs(column, columns[column]);
                case INT32 -> writeInts(column, columns[column]);
                case BOOLEAN -> writeBooleans(column, columns[column]);
                case FLOAT -> writeFloats(column, columns[column]);
                case DOUBLE -> writeDoubles(column, columns[column]);
                default -> throw new IllegalStateException("no column holds " + types[column]);
            }
        }
        to.endRows(count);
        count = 0;
    }

    private void writeRecordColumns(ColumnWriter[] columns) {
        for (int i = 0; i < count; i++) {
            columns[0].write(rows[i].timeMs() * 1000, 0, 0);
        }
        for (int i = 0; i < count; i++) {
            byte[] key = rows[i].record().key();
            if (key == null || !Utf8.isValid(key, 0, key.length)) {
                columns[1].writeNull(0, 0);
            } else {
                columns[1].write(Binary.fromConstantByteArray(key), 0, 1);
            }
        }
        for (int i = 0; i < count; i++) {
            columns[2].write(rows[i].topic(), 0, 0);
        }
        for (int i = 0; i < count; i++) {
            columns[3].write(rows[i].of().incarnation(), 0, 0);
        }
        for (int i = 0; i < count; i++) {
            columns[4].write(rows[i].of().partition(), 0, 0);
        }
        for (int i = 0; i < count; i++) {
            columns[5].write(rows[i].record().offset(), 0, 0);
        }
        for (int i = 0; i < count; i++) {
            columns[6].write(bounded(rows[i].record().timestampMs()) * 1000, 0, 0);
        }
        for (int i = 0; i < count; i++) {
            writeFailure(rows[i], columns);
        }
    }

    /** Producers choose the timestamps of their records, and no engine reads all of them. */
    private static long bounded(long timestampMs) {
        return Math.max(0, Math.min(timestampMs, END_OF_YEAR_9999_MS));
    }

    private static void writeFailure(Row row, ColumnWriter[] columns) {
        if (row.failure() == null) {
            columns[7].writeNull(0, 0);
            columns[8].writeNull(0, 0);
            columns[9].writeNull(0, 0);
        } else {
            columns[7].write(Binary.fromString(row.failure()), 0, 1);
            writeRaw(columns[8], row.record().key());
            writeRaw(columns[9], row.record().value());
        }
    }

    private static void writeRaw(ColumnWriter column, byte[] bytes) {
        if (bytes == null) {
            column.writeNull(0, 0);
        } else {
            column.write(Binary.fromConstantByteArray(bytes), 0, 1);
        }
    }

    private void writeTraces(int column, ColumnWriter to) {
        for (int i = 0; i < count; i++) {
            TraceParent trace = rows[i].record().trace();
            if (trace == null) {
                to.writeNull(0, 0);
            } else {
                to.write(Binary.fromString(column == traceColumn ? trace.traceId() : trace.spanId()), 0, 1);
            }
        }
    }

    private void writeBytes(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
                continue;
            }
            long place = slots.values[at];
            to.write(
                    place < 0
                            ? rows[i].plan().constant((int) ~place)
                            : Binary.fromConstantByteArray(rows[i].record().value(), (int) (place >>> 32), (int) place),
                    0,
                    level);
        }
    }

    private void writeLongs(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
            } else {
                to.write(slots.values[at], 0, level);
            }
        }
    }

    private void writeInts(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
            } else {
                to.write((int) slots.values[at], 0, level);
            }
        }
    }

    private void writeBooleans(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
            } else {
                to.write(slots.values[at] != 0, 0, level);
            }
        }
    }

    private void writeFloats(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
            } else {
                to.write(Float.intBitsToFloat((int) slots.values[at]), 0, level);
            }
        }
    }

    private void writeDoubles(int column, ColumnWriter to) {
        int max = maxLevels[column];
        for (int i = 0, at = column; i < count; i++, at += slots.columns) {
            int level = slots.levels[at];
            if (level < max) {
                to.writeNull(0, level);
            } else {
                to.write(Double.longBitsToDouble(slots.values[at]), 0, level);
            }
        }
    }
}
