package org.apache.parquet;

import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.format.converter.ParquetMetadataConverter;

/**
 * Options for reading without Hadoop. The builder of {@link ParquetReadOptions} loads Hadoop's codecs even if it is
 * given others, and the constructor is visible in this package only.
 */
public final class PlainReadOptions {
    private static final int MAX_ALLOCATION_BYTES = 8 << 20;

    private PlainReadOptions() {}

    /** Parquet's defaults, with these codecs. */
    public static ParquetReadOptions with(CompressionCodecFactory codecs) {
        return new ParquetReadOptions(
                false,
                true,
                true,
                true,
                true,
                false,
                true,
                false,
                false,
                FilterCompat.NOOP,
                ParquetMetadataConverter.NO_FILTER,
                codecs,
                new HeapByteBufferAllocator(),
                MAX_ALLOCATION_BYTES,
                Map.of(),
                null,
                null,
                new PlainParquetConfiguration());
    }
}
