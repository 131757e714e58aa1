package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesFeedTest {
    private static final Set<String> DCS = Set.of("eu", "us-west", "us-east");
    private static final String CLICK =
            "{\"type\":\"click\",\"dc\":\"eu\",\"key\":\"k\",\"event\":{\"id\":\"c1\",\"time\":5,"
                    + "\"advertiserId\":\"a\",\"impressionId\":\"i\"}}";

    @TempDir
    Path dir;

    @Test
    void everyFieldOfEveryTypeIsReadAsItWasWrittenAndInTheOrderOfTheFile() throws IOException {
        List<FeedEvent> events = Feeds.drain(new GeneratedFeed(GeneratedFeedSettings.of(20_000, 5, DcGroup.LOCAL)));
        List<String> lines = new ArrayList<>();
        for (FeedEvent event : events) {
            lines.add(line(event));
        }

        assertThat(read(lines)).isEqualTo(events);
    }

    @Test
    void aFieldWithADefaultMayBeLeftOut() throws IOException {
        List<FeedEvent> events =
                read(List.of("{\"key\":\"k\",\"dc\":\"us-west\",\"event\":{\"time\":1370448064192,\"id\":\"v1\","
                        + "\"advertiserId\":\"a\"},\"type\":\"conversion\"}"));

        assertThat(events)
                .containsExactly(new FeedEvent(
                        "us-west",
                        EventType.CONVERSION,
                        "k",
                        Conversion.newBuilder()
                                .setId("v1")
                                .setTime(1370448064192L)
                                .setAdvertiserId("a")
                                .build(),
                        1370448064192L));
    }

    @Test
    void aLineThatIsNotExactlyAnEventIsCountedAndNamedAndTheOthersAreFed() throws IOException {
        Path file = write(List.of(
                CLICK,
                "",
                CLICK.replace("\"id\"", "\"idd\""),
                CLICK.replace("\"advertiserId\":\"a\",", ""),
                CLICK.replace(":5,", ":\"5\","),
                CLICK.replace(":5,", ":5.0,"),
                CLICK.replace(":5,", ":99999999999999999999,"),
                CLICK.replace("\"i\"", "null"),
                CLICK.replace("\"dc\":\"eu\"", "\"dc\":\"mars\""),
                CLICK.replace("\"dc\":\"eu\",", ""),
                CLICK.replace("\"click\"", "\"clicks\""),
                CLICK.replace("\"key\":\"k\"", "\"key\":\"\""),
                CLICK.replace("\"key\":\"k\"", "\"key\":\"k\",\"more\":1"),
                CLICK.replace("\"key\":\"k\"", "\"key\":\"k\",\"key\":\"l\""),
                CLICK + CLICK,
                "[]",
                "not JSON",
                CLICK));

        try (Feed feed = JsonLinesFeed.open(file, DCS)) {
            assertThat(Feeds.drain(feed)).hasSize(2);
            assertThat(feed.skipped().count()).isEqualTo(15);
            assertThat(feed.skipped().named())
                    .extracting(SkippedRow::toString)
                    .startsWith(
                            "events.jsonl:3: expected fields of Click only, found event.idd",
                            "events.jsonl:4: expected field event.advertiserId, found none",
                            "events.jsonl:5: expected an integer of 64 bits in field event.time, found \"5\"",
                            "events.jsonl:6: expected an integer of 64 bits in field event.time, found 5.0",
                            "events.jsonl:7: expected an integer of 64 bits in field event.time, found"
                                    + " 99999999999999999999",
                            "events.jsonl:8: expected a text in field event.impressionId, found null",
                            "events.jsonl:9: expected one of [eu, us-east, us-west] in field dc, found mars",
                            "events.jsonl:10: expected field dc, found none",
                            "events.jsonl:11: expected impression, click, conversion or tag in field type, found"
                                    + " clicks",
                            "events.jsonl:12: expected a join key in field key, found an empty text",
                            "events.jsonl:13: expected fields [dc, event, key, type] only, found more");
        }
    }

    @Test
    void whatThePlatformIsToRejectIsFed() throws IOException {
        assertThat(read(List.of(CLICK.replace("\"c1\"", "\"\"").replace(":5,", ":-5,"))))
                .hasSize(1);
    }

    @Test
    void theHorizonHoldsForAFileThatIsNotInTimeOrder() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            lines.add(CLICK.replace(":5,", ":" + (i == 3_500 ? 10 : 1_000_000 + i) + ","));
        }

        try (Feed feed = JsonLinesFeed.open(write(lines), DCS)) {
            assertThat(feed.horizonMs()).isEqualTo(10);
            Feeds.drain(feed);
            assertThat(feed.horizonMs()).isEqualTo(Long.MAX_VALUE);
        }
    }

    private List<FeedEvent> read(List<String> lines) throws IOException {
        try (Feed feed = JsonLinesFeed.open(write(lines), DCS)) {
            List<FeedEvent> events = Feeds.drain(feed);
            assertThat(feed.skipped().named()).isEmpty();
            return events;
        }
    }

    private Path write(List<String> lines) throws IOException {
        return Files.write(dir.resolve("events.jsonl"), lines);
    }

    private static String line(FeedEvent event) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("type", event.type().name().toLowerCase(java.util.Locale.ROOT));
        line.put("dc", event.dc());
        line.put("key", event.key());
        ObjectNode fields = line.putObject("event");
        for (Schema.Field field : event.event().getSchema().getFields()) {
            fields.putPOJO(field.name(), event.event().get(field.pos()));
        }
        return line.toString();
    }
}
