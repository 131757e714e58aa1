package io.lightflow.capture.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.capture.CaptureFixture;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches of partners. */
class BatchTest {
    private final CaptureFixture capture = new CaptureFixture();

    @AfterEach
    void close() {
        capture.close();
    }

    private HttpResponse<byte[]> post(String token, String body) throws Exception {
        return capture.send(capture.request("/v1/events")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private List<String> statuses(String body) throws Exception {
        HttpResponse<byte[]> response = post(CaptureFixture.TOKEN, body);
        assertThat(response.statusCode()).isEqualTo(200);
        List<String> statuses = new ArrayList<>();
        for (JsonNode result : new ObjectMapper().readTree(response.body()).get("results")) {
            statuses.add(result.get("id").asText() + " " + result.get("status").asText());
        }
        return statuses;
    }

    @Test
    void everyEventIsAnsweredByItself() throws Exception {
        assertThat(statuses("""
                        [
                          {"type": "click", "key": "k", "event": {"id": "c1", "time": 1, "advertiserId": "a",
                            "impressionId": "i1"}},
                          {"type": "click", "key": "k", "event": {"id": "c1", "time": 1, "advertiserId": "a",
                            "impressionId": "i1"}},
                          {"type": "conversion", "key": "k", "event": {"id": "c1", "time": 1, "advertiserId": "a",
                            "clickId": null, "revenueMicros": 5, "currency": "EUR"}},
                          {"type": "tag", "key": "k", "event": {"id": "t1", "time": "1", "advertiserId": "a"}},
                          {"type": "tag", "key": "k", "event": {"id": "t2", "time": 1}},
                          {"type": "tag", "key": "k", "event": {"id": "t3", "time": 1, "advertiserId": "a", "x": 1}},
                          {"type": "tag", "event": {"id": "t4", "time": 1, "advertiserId": "a"}},
                          {"type": "sale", "key": "k", "event": {"id": "s1"}},
                          7
                        ]
                        """))
                .containsExactly(
                        "c1 accepted",
                        "c1 duplicate",
                        "c1 accepted",
                        "t1 refused",
                        "t2 refused",
                        "t3 refused",
                        "t4 refused",
                        "s1 refused",
                        " refused");
        assertThat(capture.sent).hasSize(2);
        assertThat(((Click) capture.sent.get(0).event()).getLandingPage()).isEmpty();
        assertThat(((Conversion) capture.sent.get(1).event()).getRevenueMicros())
                .isEqualTo(5);
    }

    @Test
    void anEventThatIsNotDurableIsUnavailable() throws Exception {
        capture.answerWhen(CompletableFuture.failedFuture(new IllegalStateException("disk full")));
        assertThat(statuses("""
                        [{"type": "tag", "key": "k", "event": {"id": "t1", "time": 1, "advertiserId": "a"}}]
                        """)).containsExactly("t1 unavailable");
    }

    @Test
    void onlyPartnersSendBatchesAndOnlyWellFormedOnes() throws Exception {
        assertThat(post("another-token-of-32-characters!!", "[]").statusCode()).isEqualTo(401);
        assertThat(capture.post("/v1/events", "[]").statusCode()).isEqualTo(401);
        for (String body : List.of("", "{}", "[", "[{\"a\":1,\"a\":2}]", "\0")) {
            assertThat(post(CaptureFixture.TOKEN, body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(post(CaptureFixture.TOKEN, "[" + "7,".repeat(1_000) + "7]").statusCode())
                .isEqualTo(413);
        assertThat(post(CaptureFixture.TOKEN, "[]").statusCode()).isEqualTo(200);
        assertThat(capture.sent).isEmpty();
    }
}
