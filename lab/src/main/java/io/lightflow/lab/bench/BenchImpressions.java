package io.lightflow.lab.bench;

import io.lightflow.event.Impression;
import java.util.Random;

/** A few thousand distinct impressions of a typical size, reused cyclically. One thread uses it. */
final class BenchImpressions {
    private static final int DIFFERENT = 4096;
    private static final String AGENT =
            "Mozilla/5.0 (Linux; Android 14; Pixel %d) AppleWebKit/537.36 Chrome/%d.0.0.0 Mobile Safari/537.36";

    private final Impression[] impressions = new Impression[DIFFERENT];
    private final String[] joinKeys = new String[DIFFERENT];

    BenchImpressions() {
        Random random = new Random(1);
        for (int i = 0; i < DIFFERENT; i++) {
            joinKeys[i] = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
            int campaign = random.nextInt(200);
            impressions[i] = Impression.newBuilder()
                    .setId("")
                    .setTime(1)
                    .setAdvertiserId("advertiser-" + campaign % 20)
                    .setCampaignId("campaign-" + campaign)
                    .setCreativeId("creative-" + random.nextInt(1_000))
                    .setPriceMicros(random.nextInt(5_000))
                    .setCurrency("EUR")
                    .setExchange("exchange-" + random.nextInt(4))
                    .setPublisher("site-" + random.nextInt(5_000) + ".example")
                    .setPlacement("slot-" + random.nextInt(10))
                    .setCountry("DE")
                    .setRegion("BE")
                    .setCity("Berlin")
                    .setDevice("phone")
                    .setUserAgent(AGENT.formatted(random.nextInt(9), 90 + random.nextInt(40)))
                    .setIp("192.0." + random.nextInt(256) + ".0")
                    .build();
        }
    }

    String joinKey(long number) {
        return joinKeys[(int) (number % DIFFERENT)];
    }

    Impression next(long number, String id) {
        Impression impression = impressions[(int) (number % DIFFERENT)];
        impression.setId(id);
        impression.setTime(System.currentTimeMillis());
        return impression;
    }
}
