package io.lightflow.lab.stock;

import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * What is counted.
 *
 * @param minuteMs its beginning, ms since the Unix epoch
 */
public record CampaignMinute(String campaign, long minuteMs) {
    private static final long MINUTE_MS = 60_000;

    public CampaignMinute {
        Objects.requireNonNull(campaign, "campaign");
    }

    /**
     * Where an impression counts; empty for everything else that stands between impressions, such as beacons.
     *
     * @param impressionSchema the registry's id of the schema of impressions
     * @throws IllegalArgumentException if it says that it is an impression, and does not decode as one
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
            throw new IllegalArgumentException("an impression does not decode", e);
        }
    }
}
