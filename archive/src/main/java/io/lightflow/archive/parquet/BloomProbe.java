package io.lightflow.archive.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.parquet.column.values.bloomfilter.XxHash;
import org.apache.parquet.format.BloomFilterHeader;
import org.apache.parquet.format.Util;

/**
 * Asks the Bloom filter of a column whether a value may be in it. A split-block filter answers from one block of 32
 * bytes; Parquet's own reader would read the whole filter, which has ten bits per row.
 */
final class BloomProbe {
    private static final int BLOCK_BYTES = 32;
    /** More than a header has. */
    private static final int HEADER_BYTES = 64;
    /** Parquet's format defines these. */
    private static final int[] SALT = {
        0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
    };

    private final long hash;

    BloomProbe(byte[] value) {
        hash = new XxHash().hashBytes(value);
    }

    /** @param offset where the filter begins in the file */
    boolean mayContain(InputFile file, long offset) throws IOException {
        try (SeekableInputStream in = file.newStream()) {
            in.seek(offset);
            byte[] start = in.readNBytes(HEADER_BYTES);
            ByteArrayInputStream header = new ByteArrayInputStream(start);
            BloomFilterHeader filter = Util.readBloomFilterHeader(header);
            long blocks = filter.getNumBytes() / BLOCK_BYTES;
            long block = (hash >>> 32) * blocks >>> 32;
            in.seek(offset + start.length - header.available() + block * BLOCK_BYTES);
            return isSet(ByteBuffer.wrap(in.readNBytes(BLOCK_BYTES)).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private boolean isSet(ByteBuffer block) {
        int key = (int) hash;
        for (int salt : SALT) {
            int bit = 1 << (key * salt >>> 27);
            if ((block.getInt() & bit) == 0) {
                return false;
            }
        }
        return true;
    }
}
