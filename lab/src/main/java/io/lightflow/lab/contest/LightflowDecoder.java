package io.lightflow.lab.contest;

import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.WriterSchemas;
import io.lightflow.lab.answer.OutputReader;
import io.lightflow.lab.contest.OutputDigest.Kind;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes Lightflow's joined topics. */
final class LightflowDecoder implements OutputDecoder {
    private final OutputReader reader;
    private final OutcomeFingerprints fingerprints = new OutcomeFingerprints();

    LightflowDecoder(WriterSchemas schemas) {
        reader = new OutputReader(schemas);
    }

    @Override
    public Optional<JoinedEvent> decode(ConsumerRecord<byte[], byte[]> output) {
        SpecificRecord record = reader.read(output.value());
        byte[] key = output.key();
        if (record instanceof JoinedImpression joined) {
            return Optional.of(new JoinedEvent(
                    Kind.IMPRESSION,
                    joined.getImpression().getId(),
                    fingerprints.impression(key, joined.getImpression()),
                    joined.getProvenance().getReadMs()));
        }
        if (record instanceof JoinedClick joined) {
            return Optional.of(new JoinedEvent(
                    Kind.CLICK,
                    joined.getClick().getId(),
                    fingerprints.click(key, joined.getClick(), joined.getImpression()),
                    joined.getProvenance().getReadMs()));
        }
        if (record instanceof JoinedConversion joined) {
            return Optional.of(new JoinedEvent(
                    Kind.CONVERSION,
                    joined.getConversion().getId(),
                    fingerprints.conversion(key, joined.getConversion(), joined.getClick(), joined.getImpression()),
                    joined.getProvenance().getReadMs()));
        }
        return Optional.empty();
    }
}
