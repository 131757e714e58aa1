package io.lightflow.lab.stock;

import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * The key of a count.
 *
 * @param minuteMs its beginning, ms since the Unix epoch
 */
public record CampaignMinute(String campaign, long minuteMs) {
    private static final long MINUTE_MS = 60_000;

    public CampaignMinute {
        Objects.requireNonNull(campaign, "campaign");
    }

    /**
     * The key of an impression. Empty for records that are not impressions, such as beacons.
     *
     * @param impressionSchema id of the impression schema in the registry
     * @throws IllegalArgumentException if the record has the impression schema but cannot be decoded
     */
    public static Optional<CampaignMinute> of(byte[] value, int impressionSchema) {
        if (!WireFormat.hasHeader(value) || WireFormat.schemaId(value) != impressionSchema) {
            return Optional.empty();
        }
        int header = WireFormat.HEADER_BYTES;
        try {
            Impression impression = new SpecificDatumReader<>(Impression.class)
                    .read(null, DecoderFactory.get().binaryDecoder(value, header, value.length - header, null));
            return Optional.of(new CampaignMinute(
                    impression.getCampaignId(), Math.floorDiv(impression.getTime(), MINUTE_MS) * MINUTE_MS));
        } catch (IOException e) {
            throw new IllegalArgumentException("Decoding an impression failed", e);
        }
    }
}
