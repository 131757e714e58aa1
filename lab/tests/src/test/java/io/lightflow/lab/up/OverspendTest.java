package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.event.Impression;
import io.lightflow.producer.LightEvents;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.BudgetGateSettings;
import io.lightflow.reports.gate.Decision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A bidder spends as fast as its gate lets it, until the campaign's budget is used up: what is spent on top is what was
 * under way in the meantime, and the books know of all of it. It measures times, so nothing else runs beside it.
 */
@OnLocalStack
@Isolated
class OverspendTest {
    private static final String CAMPAIGN = "spring";
    private static final long PRICE_MICROS = 2_500;
    private static final long BUDGET = 4_000;
    private static final int RATE = 1_000;
    private static final Duration MICRO_BATCH = Duration.ofSeconds(1);
    /** From Kafka of the data center to the joined event: the mirror, the allowed disorder of nobody, two batches. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(4);

    private static final Duration CUT_OFF = Duration.ofSeconds(1);

    @Test
    void whatIsSpentBeyondABudgetIsNoMoreThanWhatWasUnderWay(@TempDir Path data) throws Exception {
        LocalSettings settings = LocalSettings.in(data)
                .withGroups(List.of(Stand.US))
                .withMicroBatch(MICRO_BATCH)
                .withReports();
        try (Stand stand = Stand.start(settings)) {
            makeCampaign(stand.stack().reportsUrl());
            try (BudgetGate gate = new BudgetGate(
                            BudgetGateSettings.of(stand.stack().jdbcUrl(), EmbeddedPostgresServer.USER, null));
                    LightEvents west = events(stand, "us-west");
                    // Its beacons let the watermark go on.
                    LightEvents east = events(stand, "us-east")) {
                gate.start();
                Await.until("the campaign may spend", Stand.PATIENCE, () -> gate.decide(CAMPAIGN)
                        .mayBid());
                long sent = bid(gate, west);
                Duration cutOff = sinceCommit(stand);

                assertThat(gate.decide(CAMPAIGN)).isEqualTo(Decision.EXHAUSTED);
                assertThat(cutOff).isLessThan(CUT_OFF);
                long over = sent - BUDGET;
                long bound = RATE * MICRO_BATCH.plus(UNDER_WAY).plus(CUT_OFF).toMillis() / 1_000;
                System.out.printf(
                        "%d impressions of %d a second on top of the budget's %d; cut off %d ms after the commit%n",
                        over, RATE, BUDGET, cutOff.toMillis());
                assertThat(over).isBetween(0L, bound);
                Await.until("everything is counted", Stand.PATIENCE, () -> spentMicros(stand) == sent * PRICE_MICROS);
                assertThat(west.metrics().lost() + east.metrics().lost()).isZero();
            }
        }
    }

    private static void makeCampaign(URI reports) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(reports.resolve("/v1/campaigns"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"id": "%s", "advertiser": "acme", "name": "Spring", "currency": "EUR",
                         "total_budget_micros": %d}
                        """.formatted(CAMPAIGN, BUDGET * PRICE_MICROS)))
                .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private static LightEvents events(Stand stand, String dc) {
        return LightEvents.open(LightEventsSettings.of(
                dc,
                stand.stack().frontBootstraps().get(dc),
                stand.stack().settings().shards()));
    }

    /** Bids at the rate until the gate refuses. Returns how many impressions that made. */
    private static long bid(BudgetGate gate, LightEvents events) {
        long begin = System.nanoTime();
        long sent = 0;
        while (gate.decide(CAMPAIGN).mayBid()) {
            String cookie = "cookie-" + sent % 500;
            events.send(cookie, impression(events, cookie));
            sent++;
            LockSupport.parkNanos(begin + sent * 1_000_000_000L / RATE - System.nanoTime());
        }
        return sent;
    }

    private static Impression impression(LightEvents events, String cookie) {
        return Impression.newBuilder()
                .setId(events.newId(cookie))
                .setTime(System.currentTimeMillis())
                .setAdvertiserId("acme")
                .setCampaignId(CAMPAIGN)
                .setCreativeId("banner")
                .setPriceMicros(PRICE_MICROS)
                .setCurrency("EUR")
                .build();
    }

    /** How long ago statistics were committed last. */
    private static Duration sinceCommit(Stand stand) throws SQLException {
        return Duration.ofMillis(number(
                stand,
                "SELECT (extract(epoch FROM clock_timestamp() - max(committed_at)) * 1000)::bigint FROM ledger"));
    }

    private static long spentMicros(Stand stand) throws SQLException {
        return number(stand, "SELECT spent_micros FROM campaign_budget WHERE campaign = '" + CAMPAIGN + "'");
    }

    private static long number(Stand stand, String query) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(stand.stack().jdbcUrl(), EmbeddedPostgresServer.USER, "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
