package io.lightflow.lab.answer;

import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Reads the join's outputs, written by any build, into the classes of this build. Not thread-safe. */
public final class OutputReader {
    private final WriterSchemas schemas;
    private final Map<Integer, SpecificDatumReader<SpecificRecord>> readers = new HashMap<>();
    private BinaryDecoder decoder;

    public OutputReader(WriterSchemas schemas) {
        this.schemas = schemas;
    }

    /**
     * @param value value of a record of an output topic
     * @throws UncheckedIOException if it does not decode
     * @throws WriterSchemas.SchemasUnavailableException if its schema is unavailable now
     */
    public SpecificRecord read(byte[] value) {
        int id = WireFormat.schemaId(value);
        decoder = DecoderFactory.get()
                .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, decoder);
        try {
            return readers.computeIfAbsent(id, this::reader).read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException("Decoding an output with schema " + id + " failed", e);
        }
    }

    private SpecificDatumReader<SpecificRecord> reader(int id) {
        Schema writer = schemas.byId(id);
        if (writer == null) {
            throw new IllegalStateException("expected an output with a registered schema, found schema id " + id);
        }
        SpecificData data = SpecificData.get();
        return new SpecificDatumReader<>(writer, data.getSchema(data.getClass(writer)));
    }
}
