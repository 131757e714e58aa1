package io.lightflow.archive.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.filter2.columnindex.RowRanges;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;

/**
 * Looks up rows of one file by the value of a string column. A Bloom filter or the index of pages excludes most files
 * and pages; of a row that is found, only its pages are read. Not thread-safe.
 */
public final class RowLookup implements AutoCloseable {
    private final InputFile file;
    private final ParquetFileReader reader;
    private final MessageType schema;

    /**
     * A row.
     *
     * @param rowGroup number of its group in the file, from 0
     * @param row its number in the file, from 0
     * @param values by path of the column, such as {@code click.id}: a string, a number, a boolean or bytes; null has
     *     no entry
     */
    public record Row(int rowGroup, long row, Map<String, Object> values) {}

    /** @throws UncheckedIOException if the file cannot be read */
    public RowLookup(InputFile file) {
        this.file = file;
        reader = ParquetFiles.open(file);
        schema = reader.getFileMetaData().getSchema();
    }

    /**
     * The rows with a value.
     *
     * @param path of a string column, such as {@code click.id}
     * @throws UncheckedIOException if the file cannot be read
     */
    public List<Row> find(String path, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String[] names = path.split("\\.");
        if (!schema.containsPath(names)) {
            return List.of();
        }
        ColumnDescriptor column = schema.getColumnDescription(names);
        BloomProbe probe = new BloomProbe(bytes);
        List<Row> found = new ArrayList<>();
        try {
            long before = 0;
            for (int group = 0; group < reader.getRowGroups().size(); group++) {
                BlockMetaData block = reader.getRowGroups().get(group);
                ColumnChunkMetaData chunk = chunk(block, column);
                boolean mayHaveIt = ParquetFiles.values(chunk) > 0
                        && (chunk.getBloomFilterOffset() < 0 || probe.mayContain(file, chunk.getBloomFilterOffset()));
                if (mayHaveIt) {
                    RowRanges candidates = candidates(block, chunk, bytes);
                    if (candidates.rowCount() > 0) {
                        long[] rows = matches(group, column, candidates, bytes);
                        read(group, before, rows, found);
                    }
                }
                before += block.getRowCount();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file.location(), e);
        }
        return found;
    }

    private static ColumnChunkMetaData chunk(BlockMetaData block, ColumnDescriptor column) {
        for (ColumnChunkMetaData chunk : block.getColumns()) {
            if (Arrays.equals(chunk.getPath().toArray(), column.getPath())) {
                return chunk;
            }
        }
        throw new IllegalStateException("expected a chunk of each column in a row group, found none of " + column);
    }

    /** The rows of the pages that may hold the value. */
    private RowRanges candidates(BlockMetaData block, ColumnChunkMetaData chunk, byte[] value) throws IOException {
        ColumnIndex index = reader.readColumnIndex(chunk);
        if (index == null) {
            return RowRanges.createSingle(block.getRowCount());
        }
        OffsetIndex pages = reader.readOffsetIndex(chunk);
        RowRanges.Builder ranges = RowRanges.builder();
        for (int page = 0; page < pages.getPageCount(); page++) {
            if (!index.getNullPages().get(page)
                    && Arrays.compareUnsigned(bytes(index.getMinValues().get(page)), value) <= 0
                    && Arrays.compareUnsigned(bytes(index.getMaxValues().get(page)), value) >= 0) {
                ranges.addSelectedRange(pages.getFirstRowIndex(page), pages.getLastRowIndex(page, block.getRowCount()));
            }
        }
        return ranges.build();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** Numbers of the rows in their group. */
    private long[] matches(int group, ColumnDescriptor column, RowRanges candidates, byte[] value) throws IOException {
        Binary wanted = Binary.fromConstantByteArray(value);
        LongStream.Builder found = LongStream.builder();
        reader.setRequestedSchema(List.of(column));
        try (PageReadStore pages = reader.readFilteredRowGroup(group, candidates)) {
            ColumnReader values = columns(pages).getColumnReader(column);
            PrimitiveIterator.OfLong rows = candidates.iterator();
            while (rows.hasNext()) {
                long row = rows.nextLong();
                if (values.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()
                        && values.getBinary().equals(wanted)) {
                    found.add(row);
                }
                values.consume();
            }
        }
        return found.build().toArray();
    }

    private ColumnReadStoreImpl columns(PageReadStore pages) {
        return new ColumnReadStoreImpl(
                pages, new NoConverter(), schema, reader.getFileMetaData().getCreatedBy());
    }

    private void read(int group, long before, long[] rows, List<Row> found) throws IOException {
        if (rows.length == 0) {
            return;
        }
        RowRanges.Builder wanted = RowRanges.builder();
        for (long row : rows) {
            wanted.addSelectedRow(row);
        }
        List<Map<String, Object>> values = new ArrayList<>(rows.length);
        for (int i = 0; i < rows.length; i++) {
            values.add(new HashMap<>());
        }
        // A reader keeps the places of pages of the columns that it was asked for first.
        try (ParquetFileReader all = ParquetFiles.open(file);
                PageReadStore pages = all.readFilteredRowGroup(group, wanted.build())) {
            ColumnReadStoreImpl columns = columns(pages);
            for (ColumnDescriptor column : schema.getColumns()) {
                ColumnReader cells = columns.getColumnReader(column);
                for (Map<String, Object> row : values) {
                    if (cells.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel()) {
                        row.put(String.join(".", column.getPath()), value(cells, column));
                    }
                    cells.consume();
                }
            }
        }
        for (int i = 0; i < rows.length; i++) {
            found.add(new Row(group, before + rows[i], Map.copyOf(values.get(i))));
        }
    }

    private static Object value(ColumnReader cells, ColumnDescriptor column) {
        return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
            case BINARY ->
                column.getPrimitiveType().getLogicalTypeAnnotation()
                                instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                        ? cells.getBinary().toStringUsingUTF8()
                        : cells.getBinary().getBytes();
            case INT64 -> cells.getLong();
            case INT32 -> cells.getInteger();
            case BOOLEAN -> cells.getBoolean();
            case FLOAT -> cells.getFloat();
            case DOUBLE -> cells.getDouble();
            default -> throw new IllegalStateException("tables of the archive have no columns such as " + column);
        };
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
