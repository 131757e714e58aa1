package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.click;
import static io.lightflow.lab.up.EventsFeed.conversion;
import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.deploy.embedded.Await;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.up.Operator.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An event that may wait is not taken for lost, and neither is a copy of an event of another hour. */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class WaitingCertificateTest {
    /** No other test deletes records of it. */
    private static final int SHARD = 3;

    @Test
    void aConversionMayWaitForAClickThatWaitsAndACopyMayComeInAnotherHour(Stand stand, @TempDir Path folder)
            throws Exception {
        int shards = stand.stack().settings().shards();
        String joined = EventsFeed.key("certified", SHARD, shards);
        String waiting = EventsFeed.key("waiting", SHARD, shards);
        Operator operator = new Operator(stand, Stand.US, folder);
        long hour = stand.laterMs();
        long nextHour = hour + Duration.ofHours(1).toMillis();
        try (FeedProducer producer = stand.producer(Double.POSITIVE_INFINITY)) {
            producer.feed(new EventsFeed(List.of(
                    impression(joined, hour),
                    click(joined, hour + 1),
                    click(waiting, hour + 2),
                    conversion(joined, "conversion-of-joined", hour + 3),
                    conversion(waiting, "conversion-of-waiting", hour + 4),
                    conversion(joined, "conversion-of-joined", nextHour))));
            producer.sendClosingBeacons(Duration.ofHours(2));
        }
        Await.until(
                "the next hour is closed",
                Stand.PATIENCE,
                () -> certify(operator, folder, nextHour).get("exitCode").intValue() == 0);

        JsonNode first = certify(operator, folder, hour);
        assertThat(first.get("exitCode").intValue()).as(first.toString()).isZero();
        assertThat(count(first, "clicks", "joined")).isOne();
        assertThat(count(first, "clicks", "waiting")).isOne();
        assertThat(count(first, "conversions", "joined")).isOne();
        assertThat(count(first, "conversions", "waiting")).isOne();
        assertCertifiedAfterAChange(stand, folder, hour);
        JsonNode second = certify(operator, folder, nextHour);
        assertThat(count(second, "conversions", "in")).isOne();
        assertThat(count(second, "conversions", "duplicate")).isOne();

        stand.replay(impression("waiting-after", stand.laterMs()));
        JsonNode settled = certify(operator, folder, hour);
        assertThat(settled.get("exitCode").intValue()).as(settled.toString()).isZero();
        assertThat(count(settled, "clicks", "orphaned")).isOne();
        assertThat(count(settled, "conversions", "unattributed")).isOne();
    }

    /** The events arrived before the change, so that they wait by the former window. */
    private static void assertCertifiedAfterAChange(Stand stand, Path folder, long hour) throws Exception {
        Operator changed = new Operator(
                stand,
                Stand.US,
                Files.createDirectory(folder.resolve("changed")),
                "orphanAfter: \"1d\"",
                "orphanAfter: \"1h\"");

        JsonNode first = certify(changed, folder, hour);

        assertThat(first.get("exitCode").intValue()).as(first.toString()).isZero();
        assertThat(count(first, "clicks", "waiting")).isOne();
    }

    private static long count(JsonNode certificate, String type, String column) {
        return certificate
                .get("shards")
                .get(0)
                .get("events")
                .get(type)
                .get(column)
                .longValue();
    }

    /** The certificate, with the command's exit code; of an hour that is not closed nothing but that. */
    private static JsonNode certify(Operator operator, Path folder, long hour) throws IOException {
        Path report = folder.resolve(hour + ".json");
        Answer answer = operator.run(
                "certify",
                "--hour",
                Instant.ofEpochMilli(hour).toString(),
                "--shard",
                Integer.toString(SHARD),
                "--report",
                report.toString());
        ObjectNode certificate = new ObjectMapper().createObjectNode();
        if (report.toFile().exists()) {
            assertThat(answer.output()).contains("not counted: the front clusters of [us-west, us-east]");
            certificate.setAll((ObjectNode) new ObjectMapper().readTree(report.toFile()));
        }
        return certificate.put("exitCode", answer.exitCode());
    }
}
