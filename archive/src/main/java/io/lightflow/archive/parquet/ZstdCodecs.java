package io.lightflow.archive.parquet;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Codecs of the archive's files. Parquet's own factory of codecs needs Hadoop. */
final class ZstdCodecs implements CompressionCodecFactory {

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("files are written by ParquetRows");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new IllegalArgumentException("expected a file of the archive, compressed with ZSTD, found " + codec);
        }
        return new Decompressor();
    }

    @Override
    public void release() {
        // Decompressors hold nothing.
    }

    private static final class Decompressor implements BytesInputDecompressor {
        private static final ByteBufferAllocator HEAP = new HeapByteBufferAllocator();

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            ByteBuffer page = bytes.toByteBuffer(HEAP, released -> {});
            byte[] compressed = new byte[page.remaining()];
            page.get(compressed);
            return BytesInput.from(Zstd.decompress(compressed, size));
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size) {
            byte[] compressed = new byte[compressedSize];
            input.get(compressed);
            output.put(Zstd.decompress(compressed, size));
        }

        @Override
        public void release() {
            // Nothing to release.
        }
    }
}
