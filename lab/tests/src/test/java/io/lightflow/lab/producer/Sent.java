package io.lightflow.lab.producer;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;

/** Events as an ad server makes them. */
final class Sent {
    private Sent() {}

    /** @param text makes it longer, and harder to compress */
    static Impression impression(String id, String text) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(System.currentTimeMillis())
                .setAdvertiserId("advertiser")
                .setCampaignId("campaign")
                .setCreativeId("creative")
                .setPriceMicros(1_000)
                .setCurrency("EUR")
                .setUserAgent(text)
                .build();
    }

    static Click click(String id, String impressionId) {
        return Click.newBuilder()
                .setId(id)
                .setTime(System.currentTimeMillis())
                .setAdvertiserId("advertiser")
                .setImpressionId(impressionId)
                .build();
    }

    static Conversion conversion(String id, String clickId) {
        return Conversion.newBuilder()
                .setId(id)
                .setTime(System.currentTimeMillis())
                .setAdvertiserId("advertiser")
                .setClickId(clickId)
                .build();
    }

    static Tag tag(String id) {
        return Tag.newBuilder()
                .setId(id)
                .setTime(System.currentTimeMillis())
                .setAdvertiserId("advertiser")
                .build();
    }
}
