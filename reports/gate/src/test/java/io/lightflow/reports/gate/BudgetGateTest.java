package io.lightflow.reports.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Decisions match the database, are timely, and are refused when nothing is known. */
class BudgetGateTest {
    /** So rarely that earlier changes cannot come from a poll. */
    private static final Duration RARE_POLL = Duration.ofMinutes(1);

    private final GateTestDatabase database = new GateTestDatabase();

    /** Added to the clock. */
    private final AtomicLong ahead = new AtomicLong();

    @AfterEach
    void close() {
        database.close();
    }

    private BudgetGate gate(BudgetGateSettings settings) {
        BudgetGate gate = new BudgetGate(settings, () -> System.nanoTime() + ahead.get());
        gate.start();
        await("a first reading", () -> gate.snapshotAgeMs() >= 0);
        return gate;
    }

    private BudgetGateSettings rarePolling() {
        return database.gateSettings().withPoll(RARE_POLL, RARE_POLL.multipliedBy(2));
    }

    /** A snapshot stays fresh while the test moves the clock. */
    private BudgetGateSettings longLived() {
        return database.gateSettings().withPoll(RARE_POLL, Duration.ofHours(1)).withMaxLag(Optional.empty());
    }

    @Test
    void everyLimitHasItsDecision() {
        database.campaign("go", "total_budget_micros, daily_budget_micros", "100, 50");
        database.campaign("without-limits", "status", "'active'");
        database.campaign("paused", "status", "'paused'");
        database.campaign("ended", "status", "'ended'");
        database.campaign("over", "ends_at", "now() - interval '1 second'");
        database.campaign("to-come", "starts_at", "now() + interval '10 minutes'");
        database.campaign("total", "total_budget_micros", "10");
        database.campaign("today", "total_budget_micros, daily_budget_micros", "100, 10");
        database.campaign("goal", "goal_metric, goal_count", "'impressions', 10");
        database.campaign(
                "ahead",
                "total_budget_micros, pacing, starts_at, ends_at",
                "100, 'even', now() - interval '10 minutes', now() + interval '190 minutes'");
        for (String campaign : new String[] {"go", "total", "today", "goal", "ahead", "without-limits"}) {
            database.spend(campaign, 10);
        }
        try (BudgetGate gate = gate(longLived())) {
            assertThat(gate.decide("go")).isEqualTo(Decision.GO);
            assertThat(gate.decide("without-limits")).isEqualTo(Decision.GO);
            assertThat(gate.decide("paused")).isEqualTo(Decision.PAUSED);
            assertThat(gate.decide("ended")).isEqualTo(Decision.ENDED);
            assertThat(gate.decide("over")).isEqualTo(Decision.ENDED);
            assertThat(gate.decide("to-come")).isEqualTo(Decision.NOT_STARTED);
            assertThat(gate.decide("total")).isEqualTo(Decision.EXHAUSTED);
            assertThat(gate.decide("today")).isEqualTo(Decision.EXHAUSTED_TODAY);
            assertThat(gate.decide("goal")).isEqualTo(Decision.GOAL_REACHED);
            assertThat(gate.decide("ahead")).isEqualTo(Decision.AHEAD_OF_PACE);
            assertThat(gate.decide("nobody's")).isEqualTo(Decision.UNKNOWN);
            assertThat(gate.advertiserOf("go")).isEqualTo("a");
            assertThat(gate.statisticsLagMs()).isBetween(0L, 600_000L);

            // More than a tenth of 200 minutes has passed: the even pace exceeds the spend. The future campaign has
            // started.
            ahead.set(Duration.ofMinutes(11).toNanos());
            assertThat(gate.decide("ahead")).isEqualTo(Decision.GO);
            assertThat(gate.decide("to-come")).isEqualTo(Decision.GO);
        }
    }

    @Test
    void anExhaustedCampaignStopsWithinASecondOfTheCommitAndNotByPolling() {
        database.campaign("total", "total_budget_micros", "20");
        database.campaign("today", "daily_budget_micros", "20");
        database.campaign("other", "daily_budget_micros", "20");
        database.spend("other", 1);
        try (BudgetGate gate = gate(rarePolling())) {
            await("the gate listens", gate::isListening);
            for (String campaign : new String[] {"total", "today"}) {
                database.spend(campaign, 19);
                assertThat(gate.decide(campaign)).isEqualTo(Decision.GO);
                database.spend(campaign, 1);
                long committed = System.nanoTime();
                await("the cut-off", () -> !gate.decide(campaign).mayBid());
                long millis = (System.nanoTime() - committed) / 1_000_000;
                System.out.println("stopped " + campaign + " " + millis + " ms after the commit");
                assertThat(millis).isLessThan(1_000);
            }
            assertThat(gate.decide("total")).isEqualTo(Decision.EXHAUSTED);
            assertThat(gate.decide("today")).isEqualTo(Decision.EXHAUSTED_TODAY);
            assertThat(gate.decide("other")).isEqualTo(Decision.GO);

            // The gate also receives changes of campaigns, such as more money or a pause.
            database.execute("UPDATE campaign SET total_budget_micros = 30 WHERE id = 'total'");
            await("the campaign goes on", () -> gate.decide("total") == Decision.GO);
            database.execute("UPDATE campaign SET status = 'paused' WHERE id = 'other'");
            await("the pause", () -> gate.decide("other") == Decision.PAUSED);
        }
    }

    @Test
    void pollingAloneDecidesTheSameAndTheDailyBudgetRestartsAtMidnight() {
        database.campaign("today", "daily_budget_micros", "20");
        // A port without a database.
        try (BudgetGate gate = gate(database.gateSettings()
                .withPoll(Duration.ofMillis(50), Duration.ofMinutes(1))
                .withListenUrl("jdbc:postgresql://127.0.0.1:1/nowhere")
                .withMaxLag(Optional.empty())
                .withWhenStale(StalePolicy.ALLOW))) {
            database.spend("today", 20);
            await("the poll", () -> gate.decide("today") == Decision.EXHAUSTED_TODAY);
            assertThat(gate.isListening()).isFalse();
            ahead.set(Duration.ofHours(24).toNanos());
            assertThat(gate.decide("today")).isEqualTo(Decision.GO);
        }
    }

    @Test
    void lostConnectionsAreReopened() {
        database.campaign("total", "total_budget_micros", "20");
        database.campaign("late", "total_budget_micros", "20");
        try (BudgetGate gate = gate(database.gateSettings().withPoll(Duration.ofMillis(100), Duration.ofMinutes(1)))) {
            await("the gate listens", gate::isListening);
            database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name LIKE 'lightflow-budget-%'");
            await("it listens again", () -> gate.listenerConnections() == 2 && gate.isListening());
            database.spend("total", 20);
            await("the cut-off", () -> gate.decide("total") == Decision.EXHAUSTED);
            assertThat(gate.failedPolls()).isPositive();
            await("a notification", () -> gate.notifications() == 1);
        }
    }

    @Test
    void thePolicyDecidesOnStaleSnapshots() {
        database.campaign("go", "total_budget_micros", "20");
        database.campaign("paused", "status", "'paused'");
        database.spend("go", 1);
        try (BudgetGate refusing = gate(rarePolling());
                BudgetGate allowing = gate(rarePolling().withWhenStale(StalePolicy.ALLOW))) {
            assertThat(refusing.decide("go")).isEqualTo(Decision.GO);
            ahead.set(RARE_POLL.multipliedBy(3).toNanos());
            assertThat(refusing.decide("go")).isEqualTo(Decision.STALE);
            assertThat(refusing.isStale()).isTrue();
            assertThat(allowing.isStale()).isTrue();
            assertThat(allowing.decide("go")).isEqualTo(Decision.GO);
            assertThat(allowing.decide("paused")).isEqualTo(Decision.PAUSED);
        }
    }

    @Test
    void laggingStatisticsMakeAFreshSnapshotStale() {
        database.campaign("go", "total_budget_micros", "20");
        BudgetGateSettings settings = rarePolling().withMaxLag(Optional.of(Duration.ofMinutes(10)));
        try (BudgetGate gate = gate(settings)) {
            // The shard was opened, but nothing is counted yet.
            assertThat(gate.statisticsLagMs()).isEqualTo(-1);
            assertThat(gate.decide("go")).isEqualTo(Decision.STALE);
        }
        database.spend("go", 1);
        try (BudgetGate gate = gate(settings)) {
            assertThat(gate.decide("go")).isEqualTo(Decision.GO);
            database.execute("UPDATE ledger SET watermark = now() - interval '601 seconds'");
        }
        try (BudgetGate gate = gate(settings)) {
            assertThat(gate.decide("go")).isEqualTo(Decision.STALE);
        }
    }

    @Test
    void aForgedNotificationStopsNoCampaign() {
        database.campaign("victim", "total_budget_micros", "20");
        database.campaign("real", "total_budget_micros", "20");
        database.spend("victim", 1);
        try (BudgetGate gate = gate(rarePolling())) {
            await("the gate listens", gate::isListening);
            for (String kind : new String[] {"total", "goal", "day"}) {
                database.execute("SELECT pg_notify('lightflow_budget', '" + database.schema + " " + kind
                        + " 9223372036854775807 victim')");
            }
            // The gate has processed the forged notifications once it has processed a later, genuine one.
            database.spend("real", 20);
            await("the genuine cut-off", () -> gate.decide("real") == Decision.EXHAUSTED);
            assertThat(gate.decide("victim")).isEqualTo(Decision.GO);
            assertThat(gate.unconfirmedNotifications()).isPositive();
        }
    }

    @Test
    void aMalformedNotificationDoesNotStopTheListener() {
        database.campaign("real", "total_budget_micros", "20");
        database.spend("real", 1);
        try (BudgetGate gate = gate(rarePolling())) {
            await("the gate listens", gate::isListening);
            for (String payload : new String[] {
                "",
                " ",
                "total",
                database.schema,
                database.schema + " total",
                database.schema + " total x real",
                database.schema + " total 99999999999999999999999 real",
                database.schema + " nothing -1 real",
                database.schema + " total 1 ",
                "x".repeat(7_000)
            }) {
                database.execute("SELECT pg_notify('lightflow_budget', '" + payload + "')");
            }
            database.spend("real", 19);
            await("the cut-off", () -> gate.decide("real") == Decision.EXHAUSTED);
            assertThat(gate.listenerConnections()).isEqualTo(1);
            assertThat(gate.isListening()).isTrue();
        }
    }

    @Test
    void aNotificationOfARaisedBudgetLiftsTheCutOff() {
        database.campaign("total", "total_budget_micros", "20");
        database.spend("total", 1);
        try (BudgetGate gate = gate(rarePolling())) {
            await("the gate listens", gate::isListening);
            database.spend("total", 19);
            await("the cut-off", () -> gate.decide("total") == Decision.EXHAUSTED);
            database.execute("UPDATE campaign SET total_budget_micros = 30 WHERE id = 'total'");
            await("the campaign goes on", () -> gate.decide("total") == Decision.GO);
            // The former notification arrives once more.
            database.execute("SELECT pg_notify('lightflow_budget', '" + database.schema + " total 1 total')");
            await("it is ignored", () -> gate.unconfirmedNotifications() == 1);
            assertThat(gate.decide("total")).isEqualTo(Decision.GO);
        }
    }

    /** Polls the condition for at most 20 s. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 20 s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
