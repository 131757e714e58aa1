package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;

/** Creates the events of a generated journey: all of one browser, one creative and one group. */
final class JourneyEvents {
    private static final List<String> EXCHANGES = List.of("exchange-a", "exchange-b", "exchange-c");
    private static final List<String> SITES =
            IntStream.range(0, 40).mapToObj(i -> "site-" + i + ".example").toList();
    private static final List<String> KINDS = List.of("purchase", "registration", "download");
    private static final List<String> USER_AGENTS = List.of(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
                    + " Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " Mobile/15E148",
            "Mozilla/5.0 (Linux; Android 15; Tablet) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
                    + " Safari/537.36",
            "Navigateur d’été/1.0 (ö; 日本)");

    private final Draw draw;
    private final Market market;
    private final DcGroup group;
    private final String key;
    private final String idSuffix;
    private final int advertiser;
    private final String userAgent;
    private int creative;
    private int made;

    /** @param idSuffix makes the ids of this journey unique */
    JourneyEvents(Draw draw, Market market, DcGroup group, String key, String idSuffix) {
        this.draw = draw;
        this.market = market;
        this.group = group;
        this.key = key;
        this.idSuffix = idSuffix;
        this.advertiser = market.choice(draw, Market.ADVERTISERS);
        this.userAgent = draw.of(USER_AGENTS);
    }

    FeedEvent tag(long timeMs) {
        Tag tag = Tag.newBuilder()
                .setId(id("t"))
                .setTime(timeMs)
                .setAdvertiserId(advertiserId())
                .setName("product-page")
                .setUrl("https://shop.example/p")
                .setUserAgent(userAgent)
                .build();
        return event(EventType.TAG, tag, timeMs);
    }

    FeedEvent impression(long timeMs) {
        int campaign =
                advertiser * Market.CAMPAIGNS_PER_ADVERTISER + market.choice(draw, Market.CAMPAIGNS_PER_ADVERTISER);
        creative = campaign * Market.CREATIVES_PER_CAMPAIGN + market.choice(draw, Market.CREATIVES_PER_CAMPAIGN);
        Impression impression = Impression.newBuilder()
                .setId(id("i"))
                .setTime(timeMs)
                .setAdvertiserId(advertiserId())
                .setCampaignId("campaign-" + campaign)
                .setCreativeId("creative-" + creative)
                .setPriceMicros(paysPerClick() ? 0L : market.priceMicros(draw, campaign))
                .setCurrency(currency())
                .setExchange(market.of(draw, EXCHANGES))
                .setPublisher(market.of(draw, SITES))
                .setPlacement("slot-" + draw.below(4))
                .setCountry(market.country(draw, group))
                .setDevice(DeviceClass.of(userAgent))
                .setUserAgent(userAgent)
                .setIp("192.0.2.0")
                .build();
        return event(EventType.IMPRESSION, impression, timeMs);
    }

    /** @param impressionId the impression that was clicked, whether it exists or not */
    FeedEvent click(String impressionId, long timeMs) {
        Click click = Click.newBuilder()
                .setId(id("c"))
                .setTime(timeMs)
                .setAdvertiserId(advertiserId())
                .setImpressionId(impressionId)
                .setPriceMicros(paysPerClick() ? 100_000L + draw.below(400_000) : 0L)
                .setCurrency(paysPerClick() ? currency() : "")
                .setLandingPage("https://shop.example/landing")
                .setUserAgent(userAgent)
                .setIp("192.0.2.0")
                .build();
        return event(EventType.CLICK, click, timeMs);
    }

    /** @param impressionId and {@code clickId}: what the conversion names, null for nothing */
    FeedEvent conversion(String impressionId, String clickId, long timeMs) {
        boolean worth = draw.chance(0.7);
        Conversion conversion = Conversion.newBuilder()
                .setId(id("v"))
                .setTime(timeMs)
                .setAdvertiserId(advertiserId())
                .setImpressionId(impressionId)
                .setClickId(clickId)
                .setKind(draw.of(KINDS))
                .setRevenueMicros(worth ? 1_000_000L + draw.below(90_000_000) : 0L)
                .setCurrency(worth ? currency() : "")
                .build();
        return event(EventType.CONVERSION, conversion, timeMs);
    }

    /** The creative of the last impression. */
    int creative() {
        return creative;
    }

    /** An id that no event of the journey has. */
    String idOfNothing(String prefix) {
        return id("no-" + prefix);
    }

    private String id(String prefix) {
        return prefix + "-" + idSuffix + "-" + made++;
    }

    private FeedEvent event(EventType type, SpecificRecordBase event, long timeMs) {
        return new FeedEvent(draw.of(group.dcs()), type, key, event, timeMs);
    }

    private String advertiserId() {
        return "advertiser-" + advertiser;
    }

    /** Some advertisers pay for clicks, the others for impressions. */
    private boolean paysPerClick() {
        return advertiser % 5 == 0;
    }

    private String currency() {
        return advertiser % 2 == 0 ? "EUR" : "USD";
    }
}
