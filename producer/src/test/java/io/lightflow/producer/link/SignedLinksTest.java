package io.lightflow.producer.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.LinkVerdict.Reason;
import io.lightflow.producer.link.LinkVerdict.Rejected;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
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
                .isEqualTo(new Genuine(CLAIMS));
        LinkClaims postback = CLAIMS.withTarget("").withClick("click-7");
        assertThat(links.verify(LinkKind.POSTBACK, links.token(LinkKind.POSTBACK, postback)))
                .isEqualTo(new Genuine(postback));
    }

    @Test
    void aLinkKeepsTheQueryOfItsEndpoint() {
        URI plain = links.url(LinkKind.CLICK, URI.create("https://ads.example/click"), CLAIMS);
        assertThat(plain.toString()).startsWith("https://ads.example/click?lf=");
        URI url = links.url(LinkKind.CLICK, URI.create("https://ads.example/click?slot=3"), CLAIMS);
        assertThat(url.toString()).startsWith("https://ads.example/click?slot=3&lf=");
        assertThat(links.verify(LinkKind.CLICK, url.getRawQuery().substring("slot=3&lf=".length())))
                .isEqualTo(new Genuine(CLAIMS));
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
        assertThatThrownBy(() -> links.token(LinkKind.CLICK, CLAIMS.withTarget("x".repeat(4_000))))
                .hasMessageContaining("shorten");
        assertThatThrownBy(() -> LinkClaims.of("", "k", MADE)).hasMessageContaining("impressionId");
        assertThat(new LinkKeys(Map.of("k", OLD), "k")).hasToString("LinkKeys[ids=[k], signingKeyId=k]");
    }

    private void assertRejected(Reason reason, LinkKind kind, String token) {
        assertThat(links.verify(kind, token)).isEqualTo(new Rejected(reason));
    }
}
