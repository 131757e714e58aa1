package io.lightflow.peers;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Decodes light events and joined records. One thread uses it. */
public final class EventReader {
    private final SpecificDatumReader<Impression> impressions = new SpecificDatumReader<>(Impression.class);
    private final SpecificDatumReader<Click> clicks = new SpecificDatumReader<>(Click.class);
    private final SpecificDatumReader<Conversion> conversions = new SpecificDatumReader<>(Conversion.class);
    private BinaryDecoder decoder;

    /** A click and its impression. */
    public record JoinedClick(Click click, Impression impression) {}

    /** @param click null if the conversion is unattributed */
    public record AttributedConversion(Conversion conversion, JoinedClick click) {}

    public Impression impression(byte[] value) {
        return read(impressions, body(value));
    }

    /** Also the click of a joined click, which begins with it. */
    public Click click(byte[] value) {
        return read(clicks, body(value));
    }

    public Conversion conversion(byte[] value) {
        return read(conversions, body(value));
    }

    public JoinedClick joinedClick(byte[] value) {
        return joinedClick(body(value));
    }

    private JoinedClick joinedClick(BinaryDecoder body) {
        return new JoinedClick(read(clicks, body), read(impressions, body));
    }

    public AttributedConversion attributedConversion(byte[] value) {
        BinaryDecoder body = body(value);
        Conversion conversion = read(conversions, body);
        try {
            return new AttributedConversion(conversion, body.readIndex() == 0 ? null : joinedClick(body));
        } catch (IOException e) {
            throw new UncheckedIOException("Decoding an attributed conversion failed", e);
        }
    }

    private BinaryDecoder body(byte[] value) {
        decoder = DecoderFactory.get()
                .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, decoder);
        return decoder;
    }

    private static <T> T read(SpecificDatumReader<T> reader, BinaryDecoder body) {
        try {
            return reader.read(null, body);
        } catch (IOException e) {
            throw new UncheckedIOException("Decoding an event failed", e);
        }
    }
}
