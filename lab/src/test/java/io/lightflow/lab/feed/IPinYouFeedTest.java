package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IPinYouFeedTest {
    private static final String WINDOWS = "Mozilla/5.0 (Windows NT 6.1) Chrome/27";

    @TempDir
    Path dir;

    @Test
    void aRowBecomesTheEventThatTheDocumentationTells() throws IOException {
        write("imp.20130606.txt.gz", row("bid1", "20130606000104192", "cookieA", "3427", "207"));
        write("clk.20130606.txt.gz", row("bid1", "20130606000125000", "cookieB", "3427", "0"));
        write("conv.20130606.txt.gz", row("bid1", "20130606010000000", "cookieC", "3427", "0"));
        Files.writeString(dir.resolve("city.en.txt"), "0 unknown\n117\twuhu\n");

        List<FeedEvent> events = feed(MissingImpressions.LEAVE);

        long impressionMs = Instant.parse("2013-06-05T16:01:04.192Z").toEpochMilli();
        assertThat(events)
                .containsExactly(
                        new FeedEvent(
                                "eu",
                                EventType.IMPRESSION,
                                "cookieA",
                                Impression.newBuilder()
                                        .setId("bid1")
                                        .setTime(impressionMs)
                                        .setAdvertiserId("3427")
                                        .setCampaignId("3427")
                                        .setCreativeId("creative1")
                                        .setPriceMicros(2070L)
                                        .setCurrency("CNY")
                                        .setExchange("2")
                                        .setPublisher("domain1")
                                        .setPlacement("slot1")
                                        .setCountry("CN")
                                        .setRegion("106")
                                        .setCity("wuhu")
                                        .setDevice("desktop")
                                        .setUserAgent(WINDOWS)
                                        .setIp("114.100.37.*")
                                        .build(),
                                impressionMs),
                        new FeedEvent(
                                "eu",
                                EventType.CLICK,
                                "cookieA",
                                Click.newBuilder()
                                        .setId("bid1:20130606000125000")
                                        .setTime(impressionMs + 20_808)
                                        .setAdvertiserId("3427")
                                        .setImpressionId("bid1")
                                        .setLandingPage("landing1")
                                        .setUserAgent(WINDOWS)
                                        .setIp("114.100.37.*")
                                        .build(),
                                impressionMs + 20_808),
                        new FeedEvent(
                                "eu",
                                EventType.CONVERSION,
                                "cookieA",
                                Conversion.newBuilder()
                                        .setId("bid1:20130606010000000")
                                        .setTime(Instant.parse("2013-06-05T17:00:00Z")
                                                .toEpochMilli())
                                        .setAdvertiserId("3427")
                                        .setImpressionId("bid1")
                                        .build(),
                                Instant.parse("2013-06-05T17:00:00Z").toEpochMilli()));
    }

    @Test
    void theJoinKeyIsTheCookieOfTheEarliestImpressionThenClickThenConversion() throws IOException {
        write(
                "imp.20130606.txt.gz",
                row("bid1", "20130606000200000", "later", "1", "1"),
                row("bid1", "20130606000100000", "earliest", "1", "1"),
                row("bid1", "20130606000100000", "asEarlyButReadAfter", "1", "1"));
        write(
                "clk.20130606.txt.gz",
                row("bid1", "20130606000050000", "clickBefore", "1", "0"),
                row("bid2", "20130606000900000", "laterClick", "1", "0"),
                row("bid2", "20130606000800000", "earliestClick", "1", "0"));
        write(
                "conv.20130606.txt.gz",
                row("bid2", "20130606000700000", "conversion", "1", "0"),
                row("bid3", "20130606000900000", "laterConversion", "1", "0"),
                row("bid3", "20130606000800000", "earliestConversion", "1", "0"),
                row("bid4", "20130606000800000", "null", "1", "0"));

        List<FeedEvent> events = feed(MissingImpressions.LEAVE);

        assertThat(events)
                .filteredOn(event -> Feeds.id(event).startsWith("bid1"))
                .hasSize(4)
                .allSatisfy(event -> assertThat(event.key()).isEqualTo("earliest"));
        assertThat(events)
                .filteredOn(event -> Feeds.id(event).startsWith("bid2"))
                .hasSize(3)
                .allSatisfy(event -> assertThat(event.key()).isEqualTo("earliestClick"));
        assertThat(events)
                .filteredOn(event -> Feeds.id(event).startsWith("bid3"))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.key()).isEqualTo("earliestConversion"));
        assertThat(events)
                .filteredOn(event -> Feeds.id(event).startsWith("bid4"))
                .singleElement()
                .satisfies(event -> assertThat(event.key()).isEqualTo("bid4"));
    }

    @Test
    void aClickedBidWithoutImpressionGetsADerivedOne() throws IOException {
        write("imp.20130606.txt.gz", row("seen", "20130606000100000", "a", "1", "5"));
        write(
                "clk.20130606.txt.gz",
                row("seen", "20130606000200000", "a", "1", "0"),
                row("unseen", "20130606000300000", "second", "1", "0"),
                row("unseen", "20130606000230000", "first", "1", "0"));

        assertThat(feed(MissingImpressions.LEAVE)).hasSize(4);
        List<FeedEvent> events = feed(MissingImpressions.DERIVE);

        assertThat(events).hasSize(5);
        assertThat(events)
                .filteredOn(event -> event.event() instanceof Impression impression && impression.getDerived())
                .singleElement()
                .satisfies(event -> {
                    Impression derived = (Impression) event.event();
                    assertThat(event.key()).isEqualTo("first");
                    assertThat(derived.getId()).isEqualTo("unseen");
                    assertThat(derived.getPriceMicros()).isZero();
                    assertThat(derived.getCreativeId()).isEqualTo("creative1");
                    assertThat(Instant.ofEpochMilli(derived.getTime())).isEqualTo("2013-06-05T16:02:09Z");
                });
    }

    @Test
    void aRowThatCannotBeReadIsCountedAndNamedAndTheOthersAreFed() throws IOException {
        String good = row("bid1", "20130606000100000", "a", "1", "5");
        write(
                "imp.20130606.txt.gz",
                good,
                good.substring(0, good.lastIndexOf('\t')),
                row("bid2", "20130631000100000", "a", "1", "5"),
                row("bid3", "2013063100010000", "a", "1", "5"),
                row("bid4", "20130606000100000", "a", "1", "-5"),
                row("bid5", "20130606000100000", "a", "null", "5"),
                row("null", "20130606000100000", "a", "1", "5"),
                row("bid6", "20130606000100000", "a", "1", "5"));

        try (Feed feed = open(MissingImpressions.LEAVE)) {
            assertThat(Feeds.drain(feed)).extracting(Feeds::id).containsExactly("bid1", "bid6");
            assertThat(feed.skipped().count()).isEqualTo(6);
            assertThat(feed.skipped().named())
                    .extracting(SkippedRow::toString)
                    .containsExactly(
                            "imp.20130606.txt.gz:2: expected 24 columns, found 23",
                            "imp.20130606.txt.gz:3: expected a time yyyyMMddHHmmssSSS in column 2, found"
                                    + " 20130631000100000",
                            "imp.20130606.txt.gz:4: expected a time yyyyMMddHHmmssSSS in column 2, found"
                                    + " 2013063100010000",
                            "imp.20130606.txt.gz:5: expected a price of at most 9 digits in column 21, found -5",
                            "imp.20130606.txt.gz:6: expected an advertiser id in column 23, found none",
                            "imp.20130606.txt.gz:7: expected a bid id in column 1, found none");
        }
    }

    @Test
    void advertisersAlternateBetweenGroupsAndRepeatsStayInOneDataCenter() throws IOException {
        write(
                "imp.20130606.txt.gz",
                row("bid1", "20130606000100000", "a", "900", "5"),
                row("bid2", "20130606000200000", "a", "1000", "5"),
                row("bid3", "20130606000300000", "a", "1000", "5"),
                row("bid3", "20130606000400000", "b", "1000", "5"),
                row("bid4", "20130606000500000", "a", "1000", "5"),
                row("bid5", "20130606000600000", "a", "2000", "5"));

        List<FeedEvent> events = feed(MissingImpressions.LEAVE);

        assertThat(events.get(0).dc()).isEqualTo("eu");
        assertThat(events.get(5).dc()).isEqualTo("eu");
        assertThat(events.subList(1, 5)).extracting(FeedEvent::dc).isSubsetOf("us-west", "us-east");
        assertThat(events.get(2).dc()).isEqualTo(events.get(3).dc());
    }

    @Test
    void aFolderWithoutLogsIsAnError() {
        assertThatThrownBy(() -> open(MissingImpressions.LEAVE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(dir.toString())
                .hasMessageContaining("imp.*.txt.gz");
    }

    private List<FeedEvent> feed(MissingImpressions missing) throws IOException {
        try (Feed feed = open(missing)) {
            return Feeds.drain(feed);
        }
    }

    private Feed open(MissingImpressions missing) throws IOException {
        return IPinYouFeed.open(dir, missing, DcGroup.LOCAL);
    }

    private void write(String file, String... rows) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(dir.resolve(file)))) {
            out.write((String.join("\n", rows) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String row(String bid, String time, String cookie, String advertiser, String price) {
        return String.join(
                "\t",
                bid,
                time,
                "1",
                cookie,
                WINDOWS,
                "114.100.37.*",
                "106",
                "117",
                "2",
                "domain1",
                "url",
                "null",
                "slot1",
                "950",
                "90",
                "0",
                "1",
                "0",
                "creative1",
                "227",
                price,
                "landing1",
                advertiser,
                "10063,10006");
    }
}
