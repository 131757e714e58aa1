package io.lightflow.capture.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.capture.CaptureFixture;
import io.lightflow.capture.client.ConsentRule;
import io.lightflow.capture.client.ConsentTest;
import io.lightflow.event.Conversion;
import io.lightflow.event.Tag;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.lightflow.producer.link.SignedLinks;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cookies, consent, and the pages of advertisers. */
class VisitorsTest {
    private static final String AGENT = "Identifying/1.0";

    @Test
    void withoutConsentNothingIdentifyingIsStored() throws Exception {
        try (CaptureFixture capture = new CaptureFixture(ConsentRule.STRICTEST)) {
            HttpResponse<byte[]> click = null;
            for (String path : List.of(
                    capture.pixel(),
                    capture.click("https://shop.example/?lf={postback}"),
                    "/t?a=1458&n=page&u=https://shop.example/",
                    "/v?a=1458&key=order-7")) {
                HttpResponse<byte[]> response = capture.send(capture.request(path)
                        .header("User-Agent", AGENT)
                        .header("Cookie", "lf_id=aaaaaaaaaaaaaaaaaaaaaa"));
                assertThat(response.statusCode()).as(path).isIn(200, 302);
                assertThat(response.headers().firstValue("Set-Cookie").orElseThrow())
                        .as("deletes the cookie")
                        .startsWith("lf_id=; ")
                        .contains("Max-Age=0");
                click = path.startsWith("/c") ? response : click;
            }
            // The impression and its click meet under the id of the impression; the others tell only who it was.
            assertThat(capture.sent).hasSize(2).allMatch(sent -> sent.joinKey().equals("impression-1"));
            assertThat(capture.sent.toString()).doesNotContain(AGENT, "127.0.0", "cookie-1", "aaaaaaaaaaaa");
            String token = click.headers().firstValue("Location").orElseThrow().replaceAll(".*lf=", "");
            assertThat(capture.links.verify(LinkKind.POSTBACK, token))
                    .isInstanceOfSatisfying(
                            LinkVerdict.Genuine.class,
                            genuine -> assertThat(genuine.claims().joinKey()).isEqualTo("impression-1"));
        }
    }

    @Test
    void aConsentStringInTheUrlIsConsent() throws Exception {
        try (CaptureFixture capture = new CaptureFixture(ConsentRule.STRICTEST)) {
            capture.get(capture.pixel() + "&gdpr=1&gdpr_consent=" + ConsentTest.consent(1, 7));
            capture.get(capture.pixel() + "&gdpr=1&gdpr_consent=" + ConsentTest.consent(1));
            capture.send(capture.request(capture.pixel() + "&gdpr_consent=" + ConsentTest.consent(1, 7))
                    .header("Sec-GPC", "1"));
            assertThat(capture.sent)
                    .extracting(CaptureFixture.Sent::joinKey)
                    .containsExactly("cookie-1", "impression-1", "impression-1");
        }
    }

    @Test
    void aTagIsStoredUnderTheCookieThatItSets() throws Exception {
        try (CaptureFixture capture = new CaptureFixture()) {
            HttpResponse<byte[]> first = capture.send(capture.request("/t?a=1458&n=product")
                    .header("Referer", "https://shop.example/p")
                    .header("User-Agent", AGENT));
            String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie)
                    .matches("lf_id=[A-Za-z0-9_-]{22}; Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=None");
            String value = cookie.substring("lf_id=".length(), cookie.indexOf(';'));
            HttpResponse<byte[]> second =
                    capture.send(capture.request("/t?a=1458").header("Cookie", "x=y; lf_id=" + value + "; z=1"));
            assertThat(second.headers().firstValue("Set-Cookie")).isEmpty();
            capture.send(capture.request("/v?a=1458&key=order-7&kind=purchase").header("Cookie", "lf_id=" + value));
            assertThat(capture.sent).extracting(CaptureFixture.Sent::joinKey).containsOnly(value);
            Tag tag = (Tag) capture.sent.get(0).event();
            assertThat(tag.getName()).isEqualTo("product");
            assertThat(tag.getUrl()).isEqualTo("https://shop.example/p");
            assertThat(tag.getUserAgent()).isEqualTo(AGENT);
            Conversion conversion = (Conversion) capture.sent.get(2).event();
            assertThat(conversion.getId()).isEqualTo(SignedLinks.conversionId("1458", "order-7"));
            assertThat(conversion.getClickId()).isNull();
            // A foreign value is not taken over.
            HttpResponse<byte[]> foreign =
                    capture.send(capture.request("/t?a=1458").header("Cookie", "lf_id=someone@example.com"));
            assertThat(foreign.headers().firstValue("Set-Cookie")).isPresent();
        }
    }

    @Test
    void onlyPagesOfNamedAdvertisersSendUnsignedEvents() throws Exception {
        try (CaptureFixture capture = new CaptureFixture()) {
            assertThat(capture.get("/t?a=9").statusCode()).isEqualTo(403);
            assertThat(capture.get("/t").statusCode()).isEqualTo(403);
            assertThat(capture.get("/v?a=9&key=k").statusCode()).isEqualTo(403);
            assertThat(capture.get("/v?a=1458").statusCode()).isEqualTo(400);
            assertThat(capture.get("/v?a=1458&key=k&lf=forged").statusCode()).isEqualTo(403);
            assertThat(capture.head("/t?a=1458").statusCode()).isEqualTo(200);
            assertThat(capture.sent).isEmpty();
        }
    }

    @Test
    void theScriptIsSmallAndNeedsNoInlineCode() throws Exception {
        try (CaptureFixture capture = new CaptureFixture()) {
            HttpResponse<byte[]> script = capture.get("/t.js");
            assertThat(script.statusCode()).isEqualTo(200);
            assertThat(script.body()).hasSizeLessThanOrEqualTo(2_048);
            assertThat(new String(script.body(), StandardCharsets.UTF_8))
                    .doesNotContain("eval", "innerHTML", "createElement", "Function(", "document.cookie");
            assertThat(script.headers().firstValue("Cache-Control")).hasValue("public, max-age=3600");
        }
    }
}
