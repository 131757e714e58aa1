package io.lightflow.join;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.BodyReader;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.specific.SpecificRecord;

/** Decodes the bodies in the join's own cells. Not thread-safe. */
final class BodyDecoder {
    private final BodyReader<Click> clicks = new BodyReader<>(Click.getClassSchema());
    private final BodyReader<Conversion> conversions = new BodyReader<>(Conversion.getClassSchema());
    private final BodyReader<Impression> impressions = new BodyReader<>(Impression.getClassSchema());
    private final ArrayDecoder decoder = new ArrayDecoder();

    Click click(byte[] body) {
        return read(clicks, body);
    }

    Conversion conversion(byte[] body) {
        return read(conversions, body);
    }

    Impression impression(byte[] body) {
        return read(impressions, body);
    }

    private <T extends SpecificRecord> T read(BodyReader<T> reader, byte[] body) {
        try {
            return reader.read(decoder.over(body, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "expected a cell of the join store to contain its event, found bytes that do not decode", e);
        }
    }
}
