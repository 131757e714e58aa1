package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.TraceParent;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.lightflow.producer.link.SignedLinks;
import io.lightflow.registry.client.RegistryClientSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample of {@code docs/integrating/producers.md} compiles and works. */
class ProducersPageTest {
    @TempDir
    Path directory;

    /** Compiled only: it is on the page. */
    @SuppressWarnings("UnusedMethod")
    private static LightEvents openAsOnThePage() {
        LightEventsSettings settings = LightEventsSettings.of("us-west", "kafka-1:9092,kafka-2:9092", 8)
                .with(UnavailablePolicy.Spool.in(Path.of("/var/lib/adserver/spool")))
                .with(RegistryClientSettings.of(URI.create("http://registry:8081")));
        LightEvents events = LightEvents.open(settings);
        return events;
    }

    private static void serve(LightEvents events, String cookie, byte[] key) {
        LinkKeys keys = new LinkKeys(Map.of("2026-01", key), "2026-01");
        SignedLinks links = new SignedLinks(keys, Duration.ofDays(2), Duration.ofDays(30));

        // An ad is shown.
        Instant now = Instant.now();
        String impressionId = events.newId(cookie);
        events.send(
                cookie,
                Impression.newBuilder()
                        .setId(impressionId)
                        .setTime(now.toEpochMilli())
                        .setAdvertiserId("1458")
                        .setCampaignId("spring")
                        .setCreativeId("banner-7")
                        .setPriceMicros(1_250)
                        .setCurrency("EUR")
                        .build());
        LinkClaims claims =
                LinkClaims.of(impressionId, cookie, now).withAdvertiser("1458").withTarget("https://shop.example/");
        URI clickUrl = links.url(LinkKind.CLICK, URI.create("https://ads.example/click"), claims);

        // The click URL is called; "lf" is its query parameter.
        String parameter = clickUrl.getRawQuery().substring("lf=".length());
        if (links.verify(LinkKind.CLICK, parameter) instanceof LinkVerdict.Genuine genuine) {
            LinkClaims clicked = genuine.claims();
            events.send(
                    clicked.joinKey(),
                    Click.newBuilder()
                            .setId(genuine.eventId())
                            .setTime(System.currentTimeMillis())
                            .setAdvertiserId(clicked.advertiserId())
                            .setImpressionId(clicked.impressionId())
                            .setLandingPage(clicked.target())
                            .build());
        }

        // The server ends.
        events.close();
    }

    /** Compiled only: it is on the page. */
    @SuppressWarnings("UnusedMethod")
    private static void sendTraced(
            LightEvents events, String cookie, Impression impression, String traceparentOfRequest) {
        TraceParent trace = TraceParent.parse(traceparentOfRequest).orElse(null);
        events.send(cookie, impression, trace);
    }

    @Test
    void theSampleSendsAnImpressionAndItsClick() {
        LightEvents events = LightEvents.open(LightEventsSettings.of("eu", "127.0.0.1:1", 8)
                .with(UnavailablePolicy.Spool.in(directory))
                .withCloseTimeout(Duration.ZERO));
        serve(events, "cookie", new byte[32]);
        assertThat(events.metrics().accepted()).isEqualTo(2);
    }

    @Test
    void theSamplesMatchThePage() throws IOException {
        String page = Files.readString(Path.of("../docs/integrating/producers.md"));
        String source = Files.readString(Path.of("src/test/java/io/lightflow/producer/ProducersPageTest.java"));
        String[] samples = page.split("```java");
        assertThat(samples).hasSize(3);
        for (int i = 1; i < samples.length; i++) {
            String sample = samples[i].substring(0, samples[i].indexOf("```"));
            for (String statement : sample.split(";\\s*\n")) {
                assertThat(source.replaceAll("\\s+", "")).contains(statement.replaceAll("\\s+", ""));
            }
        }
    }
}
