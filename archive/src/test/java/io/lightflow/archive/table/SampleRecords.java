package io.lightflow.archive.table;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.Provenance;
import io.lightflow.event.TraceParent;
import io.lightflow.event.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;

/** Records for tests. */
public final class SampleRecords {
    public static final long TIME = 1_793_000_000_000L;

    private SampleRecords() {}

    public static Impression impression(String id, long time) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(time)
                .setAdvertiserId("adv")
                .setCampaignId("camp")
                .setCreativeId("creative")
                .setPriceMicros(1_500)
                .setCurrency("EUR")
                .setUserAgent("Ünïcode")
                .build();
    }

    public static Click click(String id, String impression, long time) {
        return Click.newBuilder()
                .setId(id)
                .setTime(time)
                .setAdvertiserId("adv")
                .setImpressionId(impression)
                .build();
    }

    public static JoinedConversion unattributed(String id, long time) {
        return JoinedConversion.newBuilder()
                .setProvenance(Provenance.newBuilder()
                        .setOrigin(EventOrigin.newBuilder()
                                .setTopic("us-west.conversions")
                                .setIncarnation(7)
                                .setPartition(0)
                                .setOffset(3)
                                .build())
                        .setTxid(1)
                        .setProducedMs(time)
                        .setReadMs(time)
                        .setLate(false)
                        .setInvalid(false)
                        .build())
                .setConversion(Conversion.newBuilder()
                        .setId(id)
                        .setTime(time)
                        .setAdvertiserId("adv")
                        .build())
                .setAttribution(AttributionKind.NONE)
                .setClickNumber(0)
                .build();
    }

    public static JoinedConversion attributed(String id, long time) {
        JoinedConversion joined = unattributed(id, time);
        joined.setAttribution(AttributionKind.CLICK);
        joined.setClick(click("c1", "i1", time - 1_000));
        joined.setImpression(impression("i1", time - 2_000));
        return joined;
    }

    public static ArchiveRecord record(long offset, String key, int schemaId, IndexedRecord event) {
        return traced(offset, key, schemaId, event, null);
    }

    /** @param trace null for none */
    public static ArchiveRecord traced(long offset, String key, int schemaId, IndexedRecord event, TraceParent trace) {
        return new ArchiveRecord(
                offset, TIME, key.getBytes(StandardCharsets.UTF_8), WireFormat.value(schemaId, body(event)), trace);
    }

    private static byte[] body(IndexedRecord event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<IndexedRecord>(event.getSchema(), SpecificData.get()).write(event, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
