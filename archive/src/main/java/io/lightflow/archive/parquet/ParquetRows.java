package io.lightflow.archive.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.OutputFile;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.crypto.InternalFileEncryptor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Writes the rows of one file, column by column. A row gives every column one value, or null.
 *
 * <p>It uses the part of Parquet's library that needs no Hadoop. Not thread-safe.
 */
public final class ParquetRows implements AutoCloseable {
    private static final int ZSTD_LEVEL = 1;
    private static final int PAGE_BYTES = 1 << 20;
    private static final int DICTIONARY_BYTES = 1 << 20;
    private static final long ROW_GROUP_BYTES = 128L << 20;
    private static final int ROWS_BETWEEN_CHECKS = 1_000;
    /** Of a Bloom filter; about ten bits per value. */
    private static final double FALSE_POSITIVES = 0.01;

    private final OutputFile file;
    private final Schema schema;
    private final MessageType type;
    private final ParquetProperties properties;
    private final ZstdCompressor compressor = new ZstdCompressor(ZSTD_LEVEL);
    private final ParquetFileWriter writer;
    private final ColumnWriter[] columns;

    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore store;
    private int rowGroups;
    private long rowsOfGroup;
    /** How many rows the group had when its size was looked at. */
    private long checkedAt;

    private long rows;
    private Metrics metrics;
    private long length;
    private List<Long> splitOffsets;

    /**
     * @param expectedRows how many rows will follow, approximately
     * @throws UncheckedIOException if the file cannot be created
     */
    public ParquetRows(OutputFile file, Schema schema, FileLayout layout, long expectedRows) {
        this.file = file;
        this.schema = schema;
        this.type = ParquetTypes.of(layout.name(), schema);
        this.properties = properties(type, layout, expectedRows);
        this.columns = new ColumnWriter[type.getColumns().size()];
        try {
            writer = fileWriter();
            writer.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + file.location(), e);
        }
        startRowGroup();
    }

    private static ParquetProperties properties(MessageType type, FileLayout layout, long expectedRows) {
        ParquetProperties.Builder builder = ParquetProperties.builder()
                .withPageSize(PAGE_BYTES)
                .withDictionaryPageSize(DICTIONARY_BYTES)
                .withAllocator(new HeapByteBufferAllocator())
                .withValuesWriterFactory(new ValuesWriters())
                .withSizeStatisticsEnabled(false);
        for (ColumnDescriptor column : type.getColumns()) {
            String path = String.join(".", column.getPath());
            if (layout.unique().contains(path)) {
                builder.withDictionaryEncoding(path, false);
            }
            if (column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                    && !layout.ordered().contains(path)) {
                builder.withStatisticsEnabled(path, false);
            }
            long values = layout.sparse().getOrDefault(path, Math.max(1, expectedRows));
            if (layout.lookedUp().contains(path) && values > 0) {
                builder.withBloomFilterEnabled(path, true)
                        .withBloomFilterNDV(path, values)
                        .withBloomFilterFPP(path, FALSE_POSITIVES);
            }
        }
        return builder.build();
    }

    /**
     * The columns in the order of {@link MessageType#getColumns}. They change with every row; ask for them each time.
     */
    public ColumnWriter[] columns() {
        return columns;
    }

    /** The schema of a file. */
    public static MessageType typeOf(String name, Schema schema) {
        return ParquetTypes.of(name, schema);
    }

    /** The compiler can resolve its successor only with Hadoop on the class path. */
    @SuppressWarnings("deprecation")
    private ParquetFileWriter fileWriter() throws IOException {
        return new ParquetFileWriter(
                new ParquetOutput(file),
                type,
                ParquetFileWriter.Mode.CREATE,
                ROW_GROUP_BYTES,
                0,
                properties.getColumnIndexTruncateLength(),
                properties.getStatisticsTruncateLength(),
                properties.getPageWriteChecksumEnabled(),
                (InternalFileEncryptor) null);
    }

    private void startRowGroup() {
        pages = new ColumnChunkPageWriteStore(
                compressor,
                type,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                properties.getPageWriteChecksumEnabled(),
                (InternalFileEncryptor) null,
                rowGroups++);
        store = properties.newColumnWriteStore(type, pages, pages);
        List<ColumnDescriptor> descriptors = type.getColumns();
        for (int i = 0; i < columns.length; i++) {
            columns[i] = store.getColumnWriter(descriptors.get(i));
        }
        rowsOfGroup = 0;
        checkedAt = 0;
    }

    /** Ends a row after every column got its value. */
    public void endRow() {
        endRows(1);
    }

    /** Ends rows after every column got a value for each. */
    public void endRows(int count) {
        for (int i = 0; i < count; i++) {
            store.endRecord();
        }
        rows += count;
        rowsOfGroup += count;
        if (rowsOfGroup - checkedAt >= ROWS_BETWEEN_CHECKS) {
            checkedAt = rowsOfGroup;
            if (store.getBufferedSize() >= ROW_GROUP_BYTES) {
                flushRowGroup();
                startRowGroup();
            }
        }
    }

    private void flushRowGroup() {
        try {
            if (rowsOfGroup > 0) {
                writer.startBlock(rowsOfGroup);
                store.flush();
                pages.flushToFileWriter(writer);
                writer.endBlock();
            }
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file.location(), e);
        }
    }

    /** Number of rows so far. */
    public long rows() {
        return rows;
    }

    /**
     * Writes what is left, and forces the file to its storage.
     *
     * @throws UncheckedIOException if that fails; the file is then unusable
     */
    public void finish() {
        flushRowGroup();
        try {
            writer.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            length = writer.getPos();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file.location(), e);
        }
        List<BlockMetaData> groups = writer.getFooter().getBlocks();
        metrics = FileMetrics.of(schema, rows, groups);
        splitOffsets = groups.stream().map(BlockMetaData::getStartingPos).toList();
    }

    /** What the footer tells; known after {@link #finish}. */
    public Metrics metrics() {
        return metrics;
    }

    /** Bytes of the file; known after {@link #finish}. */
    public long length() {
        return length;
    }

    /** Where row groups begin; known after {@link #finish}. */
    public List<Long> splitOffsets() {
        return splitOffsets;
    }

    /** Releases the writer. A file that is not finished stays behind, unusable. */
    @Override
    public void close() {
        compressor.release();
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file.location(), e);
        }
    }
}
