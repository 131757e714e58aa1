package io.lightflow.invariant;

import io.lightflow.event.Beacon;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.Provenance;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Reads the outputs of the step as any consumer with generated classes would. Not thread-safe. */
public final class OutputReader {
    private final TestSchemas schemas;
    private final Map<Schema, SpecificDatumReader<SpecificRecord>> readers = new HashMap<>();
    private BinaryDecoder decoder;

    /** A decoded output. The outcome is null for beacons and rejected records. */
    public record DecodedOutput(SpecificRecord record, Provenance provenance, Outcome outcome) {}

    public OutputReader(TestSchemas schemas) {
        this.schemas = schemas;
    }

    public DecodedOutput read(OutputEvent output) {
        SpecificRecord record = decode(output.value());
        String key = output.key() == null ? null : new String(output.key(), StandardCharsets.UTF_8);
        if (record instanceof JoinedImpression joined) {
            return new DecodedOutput(
                    record,
                    joined.getProvenance(),
                    Outcome.impression(key, joined.getImpression().getId()));
        } else if (record instanceof JoinedTag joined) {
            return new DecodedOutput(
                    record,
                    joined.getProvenance(),
                    Outcome.tag(key, joined.getTag().getId()));
        } else if (record instanceof OrphanClick orphan) {
            return new DecodedOutput(
                    record,
                    orphan.getProvenance(),
                    Outcome.orphan(key, orphan.getClick().getId()));
        } else if (record instanceof JoinedClick joined) {
            Outcome outcome = Outcome.click(
                    key, joined.getClick().getId(), joined.getImpression().getId());
            return new DecodedOutput(record, joined.getProvenance(), outcome);
        } else if (record instanceof JoinedConversion joined) {
            return new DecodedOutput(record, joined.getProvenance(), outcome(key, joined));
        } else if (record instanceof RejectedEvent rejected) {
            return new DecodedOutput(record, rejected.getProvenance(), null);
        }
        return new DecodedOutput((Beacon) record, null, null);
    }

    private static Outcome outcome(String key, JoinedConversion joined) {
        String id = joined.getConversion().getId();
        return switch (joined.getAttribution()) {
            case CLICK ->
                Outcome.toClick(
                        key,
                        id,
                        joined.getClick().getId(),
                        joined.getImpression().getId(),
                        joined.getClickNumber());
            case VIEW -> Outcome.toView(key, id, joined.getImpression().getId());
            case NONE -> Outcome.unattributed(key, id);
        };
    }

    /** Decodes a value in the wire format; all of its bytes must be used. */
    public SpecificRecord decode(byte[] value) {
        Schema schema = schemas.byId(WireFormat.schemaId(value));
        try {
            decoder = DecoderFactory.get()
                    .binaryDecoder(value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, decoder);
            SpecificRecord record = readers.computeIfAbsent(schema, absent -> new SpecificDatumReader<>(schema))
                    .read(null, decoder);
            if (!decoder.isEnd()) {
                throw new AssertionError("bytes are left after " + record);
            }
            return record;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
