package io.lightflow.archive.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages with zstd. Parquet's own factory of codecs needs Hadoop. Not thread-safe. */
final class ZstdCompressor implements BytesInputCompressor {
    private static final ByteBufferAllocator HEAP = new HeapByteBufferAllocator();

    private final ZstdCompressCtx context;

    ZstdCompressor(int level) {
        context = new ZstdCompressCtx();
        context.setLevel(level);
    }

    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
        ByteBuffer page = bytes.toByteBuffer(HEAP, released -> {});
        byte[] copy = new byte[page.remaining()];
        page.get(copy);
        return BytesInput.from(context.compress(copy));
    }

    @Override
    public CompressionCodecName getCodecName() {
        return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {
        context.close();
    }
}
