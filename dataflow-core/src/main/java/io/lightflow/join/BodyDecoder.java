package io.lightflow.join;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Decodes bodies that come from the join's own cells. Not thread-safe. */
final class BodyDecoder {
    private final SpecificDatumReader<Click> clicks = new SpecificDatumReader<>(Click.class);
    private final SpecificDatumReader<Conversion> conversions = new SpecificDatumReader<>(Conversion.class);
    private final SpecificDatumReader<Impression> impressions = new SpecificDatumReader<>(Impression.class);
    private BinaryDecoder decoder;

    Click click(byte[] body) {
        return read(clicks, body);
    }

    Conversion conversion(byte[] body) {
        return read(conversions, body);
    }

    Impression impression(byte[] body) {
        return read(impressions, body);
    }

    private <T> T read(SpecificDatumReader<T> reader, byte[] body) {
        try {
            decoder = DecoderFactory.get().binaryDecoder(body, decoder);
            return reader.read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException("a cell of the join store does not hold the event that was written", e);
        }
    }
}
