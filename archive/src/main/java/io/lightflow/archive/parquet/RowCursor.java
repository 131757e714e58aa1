package io.lightflow.archive.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads the rows of a file in their order, and copies them into columns of another one. Not thread-safe. */
final class RowCursor implements AutoCloseable {
    private static final byte[] NO_KEY = {};

    private final InputFile file;
    private final ParquetFileReader reader;
    private final MessageType stored;
    private final MessageType target;
    /** By column of the target, the column of this file; -1 if it has none. */
    private final int[] sources;
    /** For a column that this file lacks, a column in the innermost group that it has; -1 if it has none. */
    private final int[] siblings;
    /** For a column that this file lacks, how many of its groups the sibling shares. */
    private final int[] shared;

    private final ColumnReader[] columns;
    private long rowsLeft;
    private byte[] key = NO_KEY;
    private byte[] topic = NO_KEY;
    private long offset;

    /**
     * @param target schema of the other file; columns correspond by their ids
     * @throws UncheckedIOException if the file cannot be read
     */
    RowCursor(InputFile file, MessageType target) {
        this.file = file;
        this.target = target;
        reader = ParquetFiles.open(file);
        stored = reader.getFileMetaData().getSchema();
        columns = new ColumnReader[stored.getColumns().size()];
        int count = target.getColumns().size();
        sources = new int[count];
        siblings = new int[count];
        shared = new int[count];
        for (int i = 0; i < count; i++) {
            findSource(i);
        }
    }

    private void findSource(int column) {
        List<Integer> ids = ids(target, target.getColumns().get(column));
        sources[column] = -1;
        siblings[column] = -1;
        for (int i = 0; i < columns.length; i++) {
            List<Integer> found = ids(stored, stored.getColumns().get(i));
            int common = 0;
            while (common < Math.min(ids.size(), found.size())
                    && ids.get(common).equals(found.get(common))) {
                common++;
            }
            if (common == ids.size()) {
                sources[column] = i;
                return;
            }
            if (common > shared[column]) {
                shared[column] = common;
                siblings[column] = i;
            }
        }
    }

    /** Ids from the outermost group to the column. */
    private static List<Integer> ids(MessageType schema, ColumnDescriptor column) {
        Integer[] ids = new Integer[column.getPath().length];
        for (int depth = 0; depth < ids.length; depth++) {
            Type type = schema.getType(Arrays.copyOf(column.getPath(), depth + 1));
            ids[depth] = type.getId().intValue();
        }
        return List.of(ids);
    }

    /** How many rows have a value in a column outside of all groups; 0 if the file lacks it. */
    long values(String column) {
        return reader.getRowGroups().stream()
                .flatMap(group -> group.getColumns().stream())
                .filter(chunk -> chunk.getPath().toDotString().equals(column))
                .mapToLong(ParquetFiles::values)
                .sum();
    }

    /** Moves to the next row. Returns whether there is one. */
    boolean next() {
        while (rowsLeft == 0) {
            PageReadStore group;
            try {
                group = reader.readNextRowGroup();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file.location(), e);
            }
            if (group == null) {
                return false;
            }
            rowsLeft = group.getRowCount();
            ColumnReadStoreImpl store = new ColumnReadStoreImpl(
                    group, new NoConverter(), stored, reader.getFileMetaData().getCreatedBy());
            for (int i = 0; i < columns.length; i++) {
                columns[i] = store.getColumnReader(stored.getColumns().get(i));
            }
        }
        rowsLeft--;
        readOrder();
        return true;
    }

    /** The columns that order rows: see RecordColumns. */
    private void readOrder() {
        ColumnReader keys = columns[ORDER_KEY];
        key = keys.getCurrentDefinitionLevel() == 1 ? keys.getBinary().getBytes() : NO_KEY;
        topic = columns[ORDER_TOPIC].getBinary().getBytes();
        offset = columns[ORDER_OFFSET].getLong();
    }

    /** Places of the ordering columns, which are among the first of every table. */
    static final int ORDER_KEY = 1;

    static final int ORDER_TOPIC = 2;
    static final int ORDER_OFFSET = 5;

    int compareTo(RowCursor other) {
        int order = Arrays.compareUnsigned(key, other.key);
        if (order == 0) {
            order = Arrays.compareUnsigned(topic, other.topic);
        }
        return order == 0 ? Long.compare(offset, other.offset) : order;
    }

    /** Copies the present row. */
    void copyTo(ColumnWriter[] to) {
        for (int i = 0; i < to.length; i++) {
            if (sources[i] >= 0) {
                copy(columns[sources[i]], to[i], target.getColumns().get(i));
            } else {
                int present = siblings[i] < 0 ? 0 : columns[siblings[i]].getCurrentDefinitionLevel();
                to[i].writeNull(0, Math.min(present, shared[i]));
            }
        }
        for (ColumnReader column : columns) {
            column.consume();
        }
    }

    private static void copy(ColumnReader from, ColumnWriter to, ColumnDescriptor column) {
        int level = from.getCurrentDefinitionLevel();
        if (level < column.getMaxDefinitionLevel()) {
            to.writeNull(0, level);
            return;
        }
        switch (column.getPrimitiveType().getPrimitiveTypeName()) {
            case BINARY -> to.write(from.getBinary(), 0, level);
            case INT64 -> to.write(from.getLong(), 0, level);
            case INT32 -> to.write(from.getInteger(), 0, level);
            case BOOLEAN -> to.write(from.getBoolean(), 0, level);
            case FLOAT -> to.write(from.getFloat(), 0, level);
            case DOUBLE -> to.write(from.getDouble(), 0, level);
            default -> throw new IllegalStateException("tables of the archive have no columns such as " + column);
        }
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file.location(), e);
        }
    }
}
