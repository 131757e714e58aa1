package io.lightflow.archive.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.PlainReadOptions;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;

/** Opens files of the archive, without Hadoop. */
public final class ParquetFiles {
    private ParquetFiles() {}

    /** @throws UncheckedIOException if the file cannot be read */
    public static ParquetFileReader open(InputFile file) {
        try {
            return new ParquetFileReader(new ParquetInput(file), PlainReadOptions.with(new ZstdCodecs()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file.location(), e);
        }
    }

    /** How many rows have a value in a chunk; all of them if it has no statistics. */
    static long values(ColumnChunkMetaData chunk) {
        Statistics<?> statistics = chunk.getStatistics();
        return statistics == null || !statistics.isNumNullsSet()
                ? chunk.getValueCount()
                : chunk.getValueCount() - statistics.getNumNulls();
    }
}
