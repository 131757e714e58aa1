package io.lightflow.lab.contest;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.lab.contest.OutputDigest.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Decodes the output topics of peers. A joined click is a record of the click and its impression; an attributed
 * conversion one of the conversion and a union of null and a joined click.
 */
final class PeerDecoder implements OutputDecoder {
    private final SpecificDatumReader<Impression> impressions = new SpecificDatumReader<>(Impression.class);
    private final SpecificDatumReader<Click> clicks = new SpecificDatumReader<>(Click.class);
    private final SpecificDatumReader<Conversion> conversions = new SpecificDatumReader<>(Conversion.class);
    private final OutcomeFingerprints fingerprints = new OutcomeFingerprints();
    private BinaryDecoder body;

    PeerDecoder() {}

    @Override
    public Optional<JoinedEvent> decode(ConsumerRecord<byte[], byte[]> output) {
        byte[] value = output.value();
        body = DecoderFactory.get()
                .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, body);
        try {
            return Optional.of(
                    switch (output.topic()) {
                        case "peer.impressions" -> impression(output.key());
                        case "peer.clicks" -> click(output.key());
                        case "peer.conversions" -> conversion(output.key());
                        default ->
                            throw new IllegalStateException(
                                    "expected an output topic of a peer, found " + output.topic());
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Decoding " + output.topic() + "-" + output.partition() + "@" + output.offset() + " failed", e);
        }
    }

    private JoinedEvent impression(byte[] key) throws IOException {
        Impression impression = impressions.read(null, body);
        return joined(Kind.IMPRESSION, impression.getId(), fingerprints.impression(key, impression));
    }

    private JoinedEvent click(byte[] key) throws IOException {
        Click click = clicks.read(null, body);
        return joined(Kind.CLICK, click.getId(), fingerprints.click(key, click, impressions.read(null, body)));
    }

    private JoinedEvent conversion(byte[] key) throws IOException {
        Conversion conversion = conversions.read(null, body);
        Click click = null;
        Impression impression = null;
        if (body.readIndex() != 0) {
            click = clicks.read(null, body);
            impression = impressions.read(null, body);
        }
        return joined(Kind.CONVERSION, conversion.getId(), fingerprints.conversion(key, conversion, click, impression));
    }

    private static JoinedEvent joined(Kind kind, String id, long fingerprint) {
        return new JoinedEvent(kind, id, fingerprint, UNKNOWN);
    }
}
