package io.lightflow.lab.load;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/**
 * The requests of the load, signed as an ad server does: 90% pixels, 9% clicks, 1% postbacks. The join key of each
 * carries its number, so that a lost event can be named.
 */
final class CaptureLoadRequests {
    /** The key of the servers under load, in base64. */
    static final String SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    static final String TARGET = "https://shop.example/landing?source=ads";

    private static final String KEY_PREFIX = "load-";
    private static final int PERCENT = 100;
    private static final int PIXELS = 90;
    private static final int CLICKS = 9;
    private static final String HEADERS = " HTTP/1.1\r\nHost: ads.example\r\n"
            + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            + " Safari/537.36\r\nAccept: image/avif,image/webp,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.9\r\n"
            + "Accept-Encoding: gzip, deflate, br\r\nReferer: https://news.example/politics/article-4711.html\r\n"
            + "Cookie: lf_id=AAECAwQFBgcICQoLDA0ODw; consent=1\r\nConnection: keep-alive\r\n\r\n";

    private final SignedLinks links = links();

    /** Signs and verifies with the key of the load. */
    static SignedLinks links() {
        return new SignedLinks(
                new LinkKeys(Map.of("load", Base64.getDecoder().decode(SECRET)), "load"),
                Duration.ofDays(2),
                Duration.ofDays(30));
    }

    static LinkKind kind(long number) {
        long share = number % PERCENT;
        if (share < PIXELS) {
            return LinkKind.IMPRESSION;
        }
        return share < PIXELS + CLICKS ? LinkKind.CLICK : LinkKind.POSTBACK;
    }

    /** The whole request with this number. */
    byte[] request(long number) {
        return ("GET " + path(number) + HEADERS).getBytes(StandardCharsets.US_ASCII);
    }

    private String path(long number) {
        String joinKey = KEY_PREFIX + number;
        String impressionId = "impression-" + number;
        Instant now = Instant.now();
        LinkClaims claims =
                LinkClaims.of(impressionId, joinKey, now).withAdvertiser("1458").withCampaign("spring");
        return switch (kind(number)) {
            case IMPRESSION -> "/i?lf=" + links.pixelToken(joinKey, impression(impressionId, now));
            case CLICK -> "/c?lf=" + links.token(LinkKind.CLICK, claims.withTarget(TARGET));
            case POSTBACK ->
                "/v?lf=" + links.token(LinkKind.POSTBACK, claims.withClick("click-" + number))
                        + "&kind=purchase&revenue=12.50&currency=EUR&key=order-" + number;
        };
    }

    private static Impression impression(String id, Instant now) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(now.toEpochMilli())
                .setAdvertiserId("1458")
                .setCampaignId("spring")
                .setCreativeId("banner-728x90")
                .setPriceMicros(1_250)
                .setCurrency("EUR")
                .setExchange("exchange-1")
                .setPublisher("news.example")
                .setPlacement("top")
                .setCountry("DE")
                .setDevice("desktop")
                .build();
    }

    /** The number of the request that an event with this join key comes from; -1 for another event. */
    static int number(byte[] joinKey) {
        String key = joinKey == null ? "" : new String(joinKey, StandardCharsets.UTF_8);
        return key.startsWith(KEY_PREFIX) ? Integer.parseInt(key.substring(KEY_PREFIX.length())) : -1;
    }
}
