package io.lightflow.archive.parquet;

import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.dictionary.DictionaryValuesWriter;
import org.apache.parquet.column.values.dictionary.IntList;
import org.apache.parquet.column.values.plain.PlainValuesWriter;
import org.apache.parquet.io.api.Binary;

/**
 * Encodes a string column with a dictionary. Parquet's own writer compares byte by byte, with the record in which a
 * string came first; that took half of the time of a file.
 */
final class StringDictionaryWriter extends DictionaryValuesWriter {
    private final StringDictionary dictionary = new StringDictionary();
    private int last;

    /** These encodings are deprecated, and those that Parquet itself chooses for files that every engine reads. */
    @SuppressWarnings("deprecation")
    StringDictionaryWriter(int maxBytes, ByteBufferAllocator allocator) {
        super(maxBytes, Encoding.PLAIN_DICTIONARY, Encoding.PLAIN_DICTIONARY, allocator);
    }

    @Override
    public void writeBytes(Binary value) {
        ByteBuffer buffer = value.toByteBuffer();
        byte[] in;
        int from;
        if (buffer.hasArray()) {
            in = buffer.array();
            from = buffer.arrayOffset() + buffer.position();
        } else {
            in = value.getBytes();
            from = 0;
        }
        int before = dictionary.size();
        int length = value.length();
        // Neighbours share a key, and with it most of what is known about a user.
        if (before == 0 || !dictionary.isAt(last, in, from, length)) {
            last = dictionary.number(in, from, length);
            if (last == before) {
                dictionaryByteSize += Integer.BYTES + length;
            }
        }
        encodedValues.add(last);
    }

    @Override
    public DictionaryPage toDictPageAndClose() {
        if (lastUsedDictionarySize == 0) {
            return null;
        }
        PlainValuesWriter page = new PlainValuesWriter(lastUsedDictionaryByteSize, maxDictionaryByteSize, allocator);
        for (int number = 0; number < lastUsedDictionarySize; number++) {
            page.writeBytes(string(number));
        }
        // The page refers to the writer's bytes; close() releases them, after they are in the file.
        return dictPage(page);
    }

    private Binary string(int number) {
        return Binary.fromConstantByteArray(dictionary.bytes(), dictionary.begin(number), dictionary.length(number));
    }

    @Override
    protected void fallBackDictionaryEncodedData(ValuesWriter writer) {
        IntList.IntIterator values = encodedValues.iterator();
        while (values.hasNext()) {
            writer.writeBytes(string(values.next()));
        }
    }

    @Override
    protected void clearDictionaryContent() {
        dictionary.clear();
        last = 0;
    }

    @Override
    protected int getDictionarySize() {
        return dictionary.size();
    }
}
