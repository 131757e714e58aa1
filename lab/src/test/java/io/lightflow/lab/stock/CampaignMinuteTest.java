package io.lightflow.lab.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lightflow.event.Beacon;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Impression;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CampaignMinuteTest {
    private static final int IMPRESSION_ID = 7;
    private static final int OTHER_ID = 8;
    private static final byte[] IMPRESSION = new BodyEncoder()
            .encodeWithHeader(
                    Impression.newBuilder()
                            .setId("impression-1")
                            .setTime(3 * 60_000 + 59_999)
                            .setAdvertiserId("advertiser-1")
                            .setCampaignId("campaign-1")
                            .setCreativeId("creative-1")
                            .setPriceMicros(5)
                            .setCurrency("EUR")
                            .build(),
                    IMPRESSION_ID);

    @Test
    void anImpressionCountsInItsMinute() {
        assertThat(CampaignMinute.of(IMPRESSION, IMPRESSION_ID)).contains(new CampaignMinute("campaign-1", 3 * 60_000));
    }

    @Test
    void whatIsNoImpressionDoesNotCount() {
        byte[] beacon = new BodyEncoder()
                .encodeWithHeader(
                        Beacon.newBuilder().setTime(60_000).setDc("us-west").build(), OTHER_ID);

        assertThat(CampaignMinute.of(beacon, IMPRESSION_ID)).isEmpty();
        assertThat(CampaignMinute.of(null, IMPRESSION_ID)).isEmpty();
    }

    @Test
    void aBrokenImpressionIsNotPassedOver() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CampaignMinute.of(Arrays.copyOf(IMPRESSION, 12), IMPRESSION_ID));
    }
}
