package io.lightflow.capture.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.capture.CaptureFixture;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.TraceParent;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.lightflow.producer.link.SignedLinks;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request becomes, and how it is answered. */
class EndpointsTest {
    private final CaptureFixture capture = new CaptureFixture();

    @AfterEach
    void close() {
        capture.close();
    }

    @Test
    void loadingAPixelIsAnImpression() throws Exception {
        capture.now.set(CaptureFixture.NOW.plusSeconds(3));
        HttpResponse<byte[]> response =
                capture.send(capture.request(capture.pixel()).header("User-Agent", "Agent/1"));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("GIF89a".getBytes()).hasSize(42);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("image/gif");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        Impression expected = CaptureFixture.impression();
        expected.setTime(CaptureFixture.NOW.plusSeconds(3).toEpochMilli());
        expected.setUserAgent("Agent/1");
        expected.setIp("127.0.0.0");
        assertThat(capture.sent).containsExactly(new CaptureFixture.Sent("cookie-1", expected, null));
    }

    @Test
    void anEventHasTheTraceOfItsRequest() throws Exception {
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        capture.send(capture.request(capture.pixel()).header("traceparent", trace.toString()));
        capture.send(capture.request(capture.pixel()).header("traceparent", "no trace"));

        assertThat(capture.sent).extracting(CaptureFixture.Sent::trace).containsExactly(trace, null);
    }

    @Test
    void aBeaconMayCarryItsLinkInItsBody() throws Exception {
        assertThat(capture.post(capture.pixel(), "").statusCode()).isEqualTo(204);
        String form = capture.pixel().substring("/i?".length());
        HttpResponse<byte[]> response = capture.send(capture.request("/i")
                .header("Content-Type", "text/plain;charset=UTF-8")
                .POST(BodyPublishers.ofString(form)));
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.body()).isEmpty();
        assertThat(capture.sent)
                .hasSize(2)
                .extracting(CaptureFixture.Sent::joinKey)
                .containsOnly("cookie-1");
    }

    @Test
    void aClearingPriceOnlyLowersTheSignedPrice() throws Exception {
        for (String price : new String[] {"0.8", "1.2504", "99", "-1", "${AUCTION_PRICE}", "1e9", "9".repeat(40)}) {
            capture.get(capture.pixel() + "&wp=" + java.net.URLEncoder.encode(price, "UTF-8"));
        }
        assertThat(capture.sent)
                .extracting(sent -> ((Impression) sent.event()).getPriceMicros())
                .containsExactly(800L, 1_250L, 1_250L, 1_250L, 1_250L, 1_250L, 1_250L);
    }

    @Test
    void aClickRedirectsToItsTargetAndItsIdFollowsFromTheLink() throws Exception {
        String click = capture.click("https://shop.example/?a=b");
        HttpResponse<byte[]> response = capture.get(click);
        capture.now.set(CaptureFixture.NOW.plusSeconds(60));
        HttpResponse<byte[]> replayed = capture.get(click);
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).hasValue("https://shop.example/?a=b");
        assertThat(replayed.headers().firstValue("Location")).hasValue("https://shop.example/?a=b");
        assertThat(capture.sent)
                .extracting(sent -> ((Click) sent.event()).getId())
                .hasSize(2);
        assertThat(((Click) capture.sent.get(0).event()).getId())
                .isEqualTo(((Click) capture.sent.get(1).event()).getId())
                .startsWith("link-");
        Click first = (Click) capture.sent.get(0).event();
        assertThat(capture.sent.get(0).joinKey()).isEqualTo("cookie-1");
        assertThat(first.getImpressionId()).isEqualTo("impression-1");
        assertThat(first.getAdvertiserId()).isEqualTo("1458");
        assertThat(first.getTime()).isEqualTo(CaptureFixture.NOW.toEpochMilli());
        assertThat(first.getLandingPage()).isEqualTo("https://shop.example/?a=b");
    }

    @Test
    void macrosInATargetAreFilledAndEncoded() throws Exception {
        String target = "https://shop.example/{campaign_id}?c={click_id}&i={impression_id}&a={advertiser_id}"
                + "&u={unknown}&lf={postback}&é|\"";
        HttpResponse<byte[]> response = capture.get(capture.click(target));
        String clickId = ((Click) capture.sent.get(0).event()).getId();
        String location = response.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .startsWith("https://shop.example/spring?c=" + clickId + "&i=impression-1&a=1458&u=%7Bunknown%7D&lf=")
                .endsWith("&%C3%A9%7C%22");
        String token = location.replaceAll(".*&lf=([^&]*)&.*", "$1");
        assertThat(capture.links.verify(LinkKind.POSTBACK, token))
                .isInstanceOfSatisfying(LinkVerdict.Genuine.class, genuine -> {
                    assertThat(genuine.claims().clickId()).isEqualTo(clickId);
                    assertThat(genuine.claims().joinKey()).isEqualTo("cookie-1");
                });
        assertThat(capture.get(capture.click(target)).headers().firstValue("Location"))
                .as("of a replayed link")
                .hasValue(location);
    }

    @Test
    void aPostbackIsAConversionAndItsKeyMakesRetriesDuplicates() throws Exception {
        String order = capture.postback() + "&key=order-1&kind=purchase&revenue=12.50&currency=EUR";
        assertThat(capture.get(order).statusCode()).isEqualTo(200);
        assertThat(capture.post(order, "").statusCode()).isEqualTo(204);
        assertThat(capture.get(capture.postback() + "&key=order-2").statusCode())
                .isEqualTo(200);
        Conversion first = (Conversion) capture.sent.get(0).event();
        assertThat(first.getClickId()).isEqualTo("click-1");
        assertThat(first.getImpressionId()).isEqualTo("impression-1");
        assertThat(first.getKind()).isEqualTo("purchase");
        assertThat(first.getRevenueMicros()).isEqualTo(12_500_000);
        assertThat(first.getCurrency()).isEqualTo("EUR");
        assertThat(((Conversion) capture.sent.get(1).event()).getId()).isEqualTo(first.getId());
        assertThat(((Conversion) capture.sent.get(2).event()).getId()).isNotEqualTo(first.getId());
        assertThat(capture.sent).extracting(CaptureFixture.Sent::joinKey).containsOnly("cookie-1");
    }

    @Test
    void amountsThatAreNoneAreRefused() throws Exception {
        for (String revenue : new String[] {"-1", "1,5", "1.2345678", "NaN", "1e3", "9".repeat(30)}) {
            assertThat(capture.get(capture.postback() + "&revenue=" + revenue + "&currency=EUR")
                            .statusCode())
                    .as(revenue)
                    .isEqualTo(400);
        }
        assertThat(capture.get(capture.postback() + "&currency=euro").statusCode())
                .isEqualTo(400);
        assertThat(capture.get(capture.postback() + "&key=" + "k".repeat(300)).statusCode())
                .isEqualTo(400);
        assertThat(capture.sent).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Purpose, prefetch",
        "Sec-Purpose, prefetch;prerender",
        "Sec-Purpose, prefetch; anonymous-client-ip",
        "Purpose, Prefetch",
        "X-Purpose, preview",
        "X-Moz, prefetch",
    })
    void whatABrowserRequestsAheadOfTimeIsRecordedAsSuch(String header, String value) throws Exception {
        String click = capture.click("https://shop.example/");
        assertThat(capture.send(capture.request(capture.pixel()).header(header, value))
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> prefetched = capture.send(capture.request(click).header(header, value));
        assertThat(prefetched.statusCode()).isEqualTo(503);
        assertThat(prefetched.headers().firstValue("Location")).isEmpty();
        assertThat(capture.get(click).statusCode()).isEqualTo(302);
        Impression impression = (Impression) capture.sent.get(0).event();
        Click ahead = (Click) capture.sent.get(1).event();
        Click real = (Click) capture.sent.get(2).event();
        assertThat(impression.getPrefetched()).isTrue();
        assertThat(impression.getId()).isEqualTo("impression-1~prefetch");
        assertThat(ahead.getPrefetched()).isTrue();
        assertThat(ahead.getId()).isEqualTo(real.getId() + "~prefetch");
        assertThat(ahead.getImpressionId()).isEqualTo("impression-1");
        assertThat(real.getPrefetched()).isFalse();
        assertThat(capture.sent).extracting(CaptureFixture.Sent::joinKey).containsOnly("cookie-1");
    }

    @Test
    void anotherPurposeIsNone() throws Exception {
        capture.send(capture.request(capture.pixel())
                .header("Purpose", "prefetching")
                .header("X-Moz", ""));
        assertThat(((Impression) capture.sent.get(0).event()).getPrefetched()).isFalse();
    }

    @Test
    void headInspectsAndRecordsNothing() throws Exception {
        HttpResponse<byte[]> pixel = capture.head(capture.pixel());
        assertThat(pixel.statusCode()).isEqualTo(200);
        assertThat(pixel.headers().firstValue("Content-Length")).hasValue("42");
        assertThat(pixel.body()).isEmpty();
        assertThat(capture.head(capture.click("https://shop.example/")).statusCode())
                .isEqualTo(302);
        assertThat(capture.head(capture.postback()).statusCode()).isEqualTo(200);
        assertThat(capture.head("/c?lf=forged").statusCode()).isEqualTo(403);
        assertThat(capture.sent).isEmpty();
    }

    @Test
    void methodsAndPathsThatDoNotExistAreRefused() throws Exception {
        HttpResponse<byte[]> wrong = capture.post(capture.click("https://shop.example/"), "");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");
        assertThat(capture.get("/").statusCode()).isEqualTo(404);
        assertThat(capture.get("/i/").statusCode()).isEqualTo(404);
        HttpResponse<byte[]> preflight = capture.send(capture.request("/i").method("OPTIONS", BodyPublishers.noBody()));
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValue("GET, HEAD, OPTIONS, POST");
    }

    @Test
    void anExpiredLinkIsGone() throws Exception {
        String click = capture.click("https://shop.example/");
        String postback = capture.postback();
        capture.now.set(CaptureFixture.NOW.plus(Duration.ofDays(2)).plusMillis(1));
        assertThat(capture.get(click).statusCode()).isEqualTo(410);
        assertThat(capture.get(postback).statusCode()).isEqualTo(200);
        capture.now.set(CaptureFixture.NOW.plus(Duration.ofDays(30)).plusMillis(1));
        assertThat(capture.get(postback).statusCode()).isEqualTo(410);
    }

    @Test
    void aRequestIsAnsweredOnlyWhenItsEventIsDurable() throws Exception {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        capture.answerWhen(durable);
        CompletableFuture<HttpResponse<byte[]>> response = capture.sendAsync(capture.request(capture.pixel()));
        while (capture.sent.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(response).isNotDone();
        durable.complete(null);
        assertThat(response.get().statusCode()).isEqualTo(200);
    }

    @Test
    void withoutDurabilityThereIsAnErrorButClicksAreRedirectedAndCounted() throws Exception {
        capture.answerWhen(CompletableFuture.failedFuture(new IllegalStateException("no space left on device")));
        assertThat(capture.get(capture.pixel()).statusCode()).isEqualTo(503);
        assertThat(capture.get(capture.postback()).statusCode()).isEqualTo(503);
        HttpResponse<byte[]> click = capture.get(capture.click("https://shop.example/"));
        assertThat(click.statusCode()).isEqualTo(302);
        assertThat(click.headers().firstValue("Location")).hasValue("https://shop.example/");
        assertThat(new String(capture.metrics.scrape())).contains("lightflow_capture_unrecorded_clicks_total 1.0");
    }

    @Test
    void theParameterOfALinkIsThatOfTheProducer() {
        assertThat(SignedLinks.PARAMETER).isEqualTo("lf");
    }
}
