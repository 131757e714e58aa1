package io.lightflow.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.local.DemonstrationSite;
import io.lightflow.deploy.local.LocalCapture;
import io.lightflow.deploy.why.TracedGroup;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WireFormat;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Users of a real Chromium see an ad, click it and buy. Capture, join and statistics do the rest. */
@EnabledIf(
        value = "io.lightflow.service.browser.Chromium#isInstalled",
        disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
class BrowserJourneyTest {
    private static final String DC = "us-west";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A joined conversion, and the key of its record. */
    private record Joined(String key, JoinedConversion event) {}

    @TempDir
    private Path folder;

    @Test
    void purchasesWithAndWithoutCookiesAreJoinedAndCounted() throws Exception {
        try (TracedGroup group = new TracedGroup(folder)) {
            try (LocalCapture capture = new LocalCapture(
                    folder.resolve("capture"), DC, group.createFrontTopics(), TracedGroup.SHARDS, Optional.empty())) {
                capture.start();
                try (DemonstrationSite site = DemonstrationSite.start(capture)) {
                    buy(site, Files.createDirectory(folder.resolve("accepting")), 2);
                    buy(site, refusing(folder.resolve("refusing")), 1);
                }
                awaitConversions(capture, 3);
            }
            group.mirror(DC);
            long later = System.currentTimeMillis() + Duration.ofMinutes(1).toMillis();
            group.sendBeacons(DC, "capture-" + DC, later);
            group.sendBeacons("us-east", "", later);
            group.run(DataflowTopology.INSTANCE);
            group.run(StatisticsTopology.INSTANCE);

            List<Joined> joined = joined(group);
            assertThat(joined).hasSize(3).allSatisfy(each -> {
                JoinedConversion event = each.event();
                assertThat(event.getAttribution()).isEqualTo(AttributionKind.CLICK);
                assertThat(event.getImpression().getCampaignId()).isEqualTo("campaign-6");
                assertThat(event.getClick().getId())
                        .isEqualTo(event.getConversion().getClickId());
                assertThat(event.getConversion().getRevenueMicros()).isEqualTo(49_900_000);
                assertThat(event.getClick().getUserAgent()).contains("Chrome");
            });
            assertThat(joined).extracting(Joined::key).doesNotHaveDuplicates();
            // A browser whose cookie the ad server knows is joined by it, and a new one by its impression.
            assertThat(joined.stream().filter(each -> each.key()
                            .equals(each.event().getImpression().getId())))
                    .hasSize(2);
            assertThat(statistics(group)).isEqualTo("3 impressions, 3 clicks, 3 conversions");
        }
    }

    /** The settings of a browser that accepts no cookie. */
    private static Path refusing(Path profile) throws IOException {
        Files.writeString(
                Files.createDirectories(profile.resolve("Default")).resolve("Preferences"),
                "{\"profile\": {\"default_content_setting_values\": {\"cookies\": 2}}}");
        return profile;
    }

    /** A user reads the news, clicks the ad and buys. */
    private static void buy(DemonstrationSite site, Path profile, int times) throws Exception {
        try (Browser browser = Browser.start(Chromium.find().orElseThrow(), profile);
                Tab tab = browser.open(800, 600)) {
            for (int i = 0; i < times; i++) {
                tab.go(site.url());
                tab.load(() -> tab.evaluate("document.querySelector('#ad').click()"));
                assertThat(tab.text("h1")).isEqualTo("Shop");
                tab.load(() -> tab.evaluate("document.querySelector('#buy').click()"));
                assertThat(tab.text("h1")).isEqualTo("Thank you");
            }
        }
    }

    /** Waits until Kafka has all events. */
    private static void awaitConversions(LocalCapture capture, int conversions) throws Exception {
        List<String> expected = List.of(
                "lightflow_capture_events_total{type=\"conversion\"} " + conversions + ".0",
                "lightflow_capture_waiting_events 0.0");
        HttpRequest request =
                HttpRequest.newBuilder(capture.adminUrl().resolve("/metrics")).build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String metrics = HTTP.send(request, BodyHandlers.ofString()).body();
        while (!expected.stream().allMatch(metrics::contains) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(20_000_000);
            metrics = HTTP.send(request, BodyHandlers.ofString()).body();
        }
        assertThat(metrics).contains(expected);
    }

    private static List<Joined> joined(TracedGroup group) {
        List<Joined> all = new ArrayList<>();
        group.read(OutputTopic.CONVERSIONS.of("us"), record -> {
            boolean beacon = record.key() == null;
            if (!beacon) {
                all.add(joined(record));
            }
        });
        return all;
    }

    private static Joined joined(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        try {
            return new Joined(
                    new String(record.key(), StandardCharsets.UTF_8),
                    new SpecificDatumReader<JoinedConversion>(JoinedConversion.getClassSchema())
                            .read(
                                    null,
                                    DecoderFactory.get()
                                            .binaryDecoder(
                                                    value,
                                                    WireFormat.HEADER_BYTES,
                                                    value.length - WireFormat.HEADER_BYTES,
                                                    null)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String statistics(TracedGroup group) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(group.settings().postgres().url(), "postgres", "");
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("SELECT sum(impressions), sum(clicks), sum(conversions) FROM stats_day"
                                + " WHERE campaign = 'campaign-6'")) {
            row.next();
            return "%d impressions, %d clicks, %d conversions"
                    .formatted(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }
}
