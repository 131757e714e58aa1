package io.lightflow.event;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Encodes generated records in Avro's binary encoding. Not thread-safe. */
public final class BodyEncoder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final Map<Class<?>, SpecificDatumWriter<SpecificRecord>> writers = new HashMap<>();
    private BinaryEncoder encoder;

    /** Returns the record's body, without a header. */
    public byte[] encode(SpecificRecord record) {
        bytes.reset();
        write(record);
        return bytes.toByteArray();
    }

    /** Returns the record in the wire format. */
    public byte[] encodeWithHeader(SpecificRecord record, int schemaId) {
        bytes.reset();
        byte[] header = new byte[WireFormat.HEADER_BYTES];
        WireFormat.writeHeader(header, schemaId);
        bytes.writeBytes(header);
        write(record);
        return bytes.toByteArray();
    }

    private void write(SpecificRecord record) {
        try {
            encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
            writers.computeIfAbsent(record.getClass(), type -> new SpecificDatumWriter<>(record.getSchema()))
                    .write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("encoding a " + record.getSchema().getName() + " in memory failed", e);
        }
    }
}
