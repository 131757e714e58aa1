package io.lightflow.producer.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.LinkVerdict.Reason;
import io.lightflow.producer.link.LinkVerdict.Rejected;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SignedLinksTest {
    private static final Instant MADE = Instant.parse("2026-01-01T11:00:00.123Z");
    private static final byte[] OLD = key(1);
    private static final byte[] NEW = key(2);
    private static final LinkClaims CLAIMS = LinkClaims.of("impression-1", "cookie-é", MADE)
            .withAdvertiser("1458")
            .withTarget("https://shop.example/?q=a&b=c");

    private final AtomicReference<Instant> now = new AtomicReference<>(MADE);
    private final SignedLinks links = links(Map.of("old", OLD), "old");

    private static byte[] key(int filler) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) filler);
        return key;
    }

    private SignedLinks links(Map<String, byte[]> keys, String signingKeyId) {
        return new SignedLinks(new LinkKeys(keys, signingKeyId), Duration.ofDays(1), Duration.ofDays(30), now::get);
    }

    @Test
    void aVerifiedLinkReturnsItsClaims() {
        assertThat(links.verify(LinkKind.CLICK, links.token(LinkKind.CLICK, CLAIMS)))
                .isEqualTo(new Genuine(LinkKind.CLICK, CLAIMS));
        LinkClaims postback = CLAIMS.withTarget("").withClick("click-7");
        assertThat(links.verify(LinkKind.POSTBACK, links.token(LinkKind.POSTBACK, postback)))
                .isEqualTo(new Genuine(LinkKind.POSTBACK, postback));
    }

    @Test
    void aLinkKeepsTheQueryOfItsEndpoint() {
        URI plain = links.url(LinkKind.CLICK, URI.create("https://ads.example/click"), CLAIMS);
        assertThat(plain.toString()).startsWith("https://ads.example/click?lf=");
        URI url = links.url(LinkKind.CLICK, URI.create("https://ads.example/click?slot=3"), CLAIMS);
        assertThat(url.toString()).startsWith("https://ads.example/click?slot=3&lf=");
        assertThat(links.verify(LinkKind.CLICK, url.getRawQuery().substring("slot=3&lf=".length())))
                .isEqualTo(new Genuine(LinkKind.CLICK, CLAIMS));
    }

    @Test
    void changingAnyBitInvalidatesALink() {
        byte[] signed = Base64.getUrlDecoder().decode(links.token(LinkKind.CLICK, CLAIMS));
        for (int bit = 0; bit < signed.length * 8; bit++) {
            byte[] changed = signed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(links.verify(LinkKind.CLICK, encode(changed)))
                    .as("bit %d", bit)
                    .isInstanceOf(Rejected.class);
        }
        for (int length = 0; length < signed.length; length++) {
            assertThat(links.verify(LinkKind.CLICK, encode(Arrays.copyOf(signed, length))))
                    .isInstanceOf(Rejected.class);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void aLinkWithAnotherKeyOrKindIsForged() {
        SignedLinks stranger = links(Map.of("old", NEW), "old");
        assertRejected(Reason.FORGED, LinkKind.CLICK, stranger.token(LinkKind.CLICK, CLAIMS));
        assertRejected(Reason.FORGED, LinkKind.POSTBACK, links.token(LinkKind.CLICK, CLAIMS));
        assertRejected(Reason.FORGED, LinkKind.CLICK, links.token(LinkKind.POSTBACK, CLAIMS));
    }

    @Test
    void linksExpireByKind() {
        String click = links.token(LinkKind.CLICK, CLAIMS);
        String postback = links.token(LinkKind.POSTBACK, CLAIMS);
        now.set(MADE.plus(Duration.ofDays(1)));
        assertThat(links.verify(LinkKind.CLICK, click)).isInstanceOf(Genuine.class);
        now.set(now.get().plusMillis(1));
        assertRejected(Reason.EXPIRED, LinkKind.CLICK, click);
        assertThat(links.verify(LinkKind.POSTBACK, postback)).isInstanceOf(Genuine.class);
        now.set(MADE.plus(Duration.ofDays(30)).plusMillis(1));
        assertRejected(Reason.EXPIRED, LinkKind.POSTBACK, postback);
    }

    @Test
    void aSmallClockSkewIsTolerated() {
        String click = links.token(LinkKind.CLICK, CLAIMS);
        now.set(MADE.minus(Duration.ofMinutes(5)));
        assertThat(links.verify(LinkKind.CLICK, click)).isInstanceOf(Genuine.class);
        now.set(now.get().minusMillis(1));
        assertRejected(Reason.FROM_THE_FUTURE, LinkKind.CLICK, click);
    }

    @Test
    void keysAreRotatedWithoutRejectingALink() {
        String signedByOld = links.token(LinkKind.CLICK, CLAIMS);
        SignedLinks both = links(Map.of("old", OLD, "new", NEW), "new");
        assertThat(both.verify(LinkKind.CLICK, signedByOld)).isInstanceOf(Genuine.class);
        String signedByNew = both.token(LinkKind.CLICK, CLAIMS);
        assertRejected(Reason.UNKNOWN_KEY, LinkKind.CLICK, signedByNew);
        SignedLinks withdrawn = links(Map.of("new", NEW), "new");
        assertThat(withdrawn.verify(LinkKind.CLICK, signedByNew)).isInstanceOf(Genuine.class);
        assertThat(withdrawn.verify(LinkKind.CLICK, signedByOld)).isEqualTo(new Rejected(Reason.UNKNOWN_KEY));
    }

    @Test
    void stringsThatAreNoLinkAreMalformed() {
        for (String token :
                new String[] {null, "", "x", "not base 64!", "AAAA", "é".repeat(100), "A".repeat(100_000)}) {
            assertRejected(Reason.MALFORMED, LinkKind.CLICK, token);
        }
    }

    @Test
    void weakKeysAndOverlongLinksAreRejected() {
        assertThatThrownBy(() -> new LinkKeys(Map.of("k", new byte[31]), "k")).hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> new LinkKeys(Map.of("k", OLD), "other")).hasMessageContaining("[k]");
        assertThatThrownBy(() -> new LinkKeys(Map.of("a b", OLD), "a b")).hasMessageContaining("letters");
        assertThatThrownBy(() -> links.token(LinkKind.CLICK, CLAIMS.withTarget("https://" + "x".repeat(4_000))))
                .hasMessageContaining("shorten");
        assertThatThrownBy(() -> LinkClaims.of("", "k", MADE)).hasMessageContaining("impressionId");
        assertThat(new LinkKeys(Map.of("k", OLD), "k")).hasToString("LinkKeys[ids=[k], signingKeyId=k]");
    }

    @Test
    void aLinkCalledAThousandTimesIsOneEvent() {
        String token = links.token(LinkKind.CLICK, CLAIMS);
        Set<String> ids = new HashSet<>();
        for (int call = 0; call < 1_000; call++) {
            now.set(now.get().plusMillis(1));
            ids.add(eventId(links, LinkKind.CLICK, token));
        }
        assertThat(ids).hasSize(1).allMatch(id -> id.matches("link-[0-9a-f]{32}"));
        // A server that signs with another key, such as after a rotation, derives the same id.
        SignedLinks rotated = links(Map.of("old", OLD, "new", NEW), "new");
        assertThat(ids).containsExactly(eventId(rotated, LinkKind.CLICK, rotated.token(LinkKind.CLICK, CLAIMS)));
    }

    @Test
    void differentLinksAreDifferentEvents() {
        Set<String> ids = new HashSet<>();
        for (LinkClaims claims : List.of(
                CLAIMS,
                CLAIMS.withTarget(""),
                CLAIMS.withAdvertiser("2"),
                CLAIMS.withClick("c"),
                LinkClaims.of("impression-1", "cookie-é", MADE.plusMillis(1)),
                LinkClaims.of("impression-2", "cookie-é", MADE))) {
            ids.add(eventId(links, LinkKind.CLICK, links.token(LinkKind.CLICK, claims)));
        }
        ids.add(eventId(links, LinkKind.POSTBACK, links.token(LinkKind.POSTBACK, CLAIMS)));
        assertThat(ids).hasSize(7);
    }

    private static String eventId(SignedLinks links, LinkKind kind, String token) {
        return ((Genuine) links.verify(kind, token)).eventId();
    }

    @Test
    void targetsAreHttpOrHttps() {
        for (String target : List.of("http://shop.example", "HTTPS://shop.example/{id}|x?a=b", "https://[::1]:8443/")) {
            assertThat(links.verify(LinkKind.CLICK, links.token(LinkKind.CLICK, CLAIMS.withTarget(target))))
                    .isInstanceOf(Genuine.class);
        }
        for (String target : List.of(
                "javascript:alert(1)",
                "data:text/html,x",
                "//shop.example/",
                "/path",
                "https:shop.example",
                "https://",
                "https:///path",
                "https://\\shop.example",
                "https://shop.example/\r\nSet-Cookie: a=b",
                "https://shop.example/\u0085x",
                "https://shop.example@evil.example/",
                "https://shop.example\\@evil.example/",
                "https://shop.example%2f@evil.example/",
                "https://shop.example\u3002evil.example/",
                "https://sh\u043ep.example/",
                "https://shop.example:/",
                "https:\t//shop.example/",
                " https://shop.example/")) {
            assertThatThrownBy(() -> links.token(LinkKind.CLICK, CLAIMS.withTarget(target)))
                    .as(target)
                    .hasMessageContaining("expected an http or https URL without spaces");
        }
    }

    /** An earlier version signed any target. */
    @Test
    void aGenuineLinkWithAnUnsafeTargetIsRejected() {
        byte[] payload = TokenPayload.write(LinkKind.CLICK, "old", CLAIMS.withTarget("javascript:alert(1)"));
        byte[] signature = new LinkKeys(Map.of("old", OLD), "old").mac("old").doFinal(payload);
        byte[] signed = Arrays.copyOf(payload, payload.length + 16);
        System.arraycopy(signature, 0, signed, payload.length, 16);
        assertRejected(Reason.UNSAFE_TARGET, LinkKind.CLICK, encode(signed));
    }

    private void assertRejected(Reason reason, LinkKind kind, String token) {
        assertThat(links.verify(kind, token)).isEqualTo(new Rejected(reason));
    }

    @Test
    void aPixelReturnsItsImpression() {
        Impression impression = impression();
        assertThat(links.verify(LinkKind.IMPRESSION, links.pixelToken("cookie-é", impression)))
                .isEqualTo(new LinkVerdict.GenuinePixel("cookie-é", impression));
        assertThat(links.pixelUrl(URI.create("https://ads.example/i?wp=1"), "k", impression)
                        .toString())
                .startsWith("https://ads.example/i?wp=1&lf=");
        assertRejected(Reason.FORGED, LinkKind.CLICK, links.pixelToken("k", impression));
        assertRejected(Reason.FORGED, LinkKind.IMPRESSION, links.token(LinkKind.CLICK, CLAIMS));
        assertThatThrownBy(() -> links.pixelToken("", impression)).hasMessageContaining("joinKey");
        assertThatThrownBy(() -> links.token(LinkKind.IMPRESSION, CLAIMS)).hasMessageContaining("pixelToken");
        now.set(MADE.plus(Duration.ofDays(1)).plusMillis(1));
        assertRejected(Reason.EXPIRED, LinkKind.IMPRESSION, links.pixelToken("k", impression));
    }

    private static Impression impression() {
        return Impression.newBuilder()
                .setId("impression-1")
                .setTime(MADE.toEpochMilli())
                .setAdvertiserId("1458")
                .setCampaignId("spring")
                .setCreativeId("banner-7")
                .setPriceMicros(1_250)
                .setCurrency("EUR")
                .setExchange("x")
                .setPublisher("news.example")
                .setPlacement("top")
                .setCountry("DE")
                .setRegion("BE")
                .setCity("Berlin")
                .setDevice("phone")
                .build();
    }

    @Test
    void theCampaignIsSignedAndLinksWithoutOneKeepTheirForm() {
        LinkClaims spring = CLAIMS.withCampaign("spring");
        assertThat(links.verify(LinkKind.CLICK, links.token(LinkKind.CLICK, spring)))
                .isEqualTo(new Genuine(LinkKind.CLICK, spring));
        assertThat(eventId(links, LinkKind.CLICK, links.token(LinkKind.CLICK, spring)))
                .isNotEqualTo(eventId(links, LinkKind.CLICK, links.token(LinkKind.CLICK, CLAIMS)));
        // As the version before campaigns signed it.
        assertThat(TokenPayload.write(LinkKind.CLICK, "old", CLAIMS)[0]).isEqualTo((byte) 1);
        assertThat(eventId(links, LinkKind.CLICK, links.token(LinkKind.CLICK, CLAIMS)))
                .isEqualTo("link-fe90004908582f387af4580f6b0d87c7");
    }

    @Test
    void conversionsWithTheSameKeyOfTheSameAdvertiserAreOneEvent() {
        Genuine first = new Genuine(LinkKind.POSTBACK, CLAIMS);
        Genuine second = new Genuine(LinkKind.POSTBACK, CLAIMS.withClick("another"));
        assertThat(first.eventId("order-1")).isEqualTo(second.eventId("order-1"));
        assertThat(first.eventId("order-1")).isNotEqualTo(first.eventId("order-2"));
        assertThat(first.eventId("order-1"))
                .isNotEqualTo(new Genuine(LinkKind.POSTBACK, CLAIMS.withAdvertiser("2")).eventId("order-1"));
        assertThat(first.eventId("")).isEqualTo(first.eventId());
    }
}
