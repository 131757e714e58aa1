package io.lightflow.reports.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.postgres.HotStandby;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate reads a real hot standby and listens at the primary, even if the standby lags. */
class GateReplicaTest {
    @TempDir
    private Path folder;

    @Test
    void exhaustionDoesNotWaitForTheReplicaAndEndsWhenItHasCaughtUp() throws Exception {
        try (GateTestDatabase primary = new GateTestDatabase()) {
            primary.campaign("total", "total_budget_micros", "20");
            primary.spend("total", 19);
            try (HotStandby replica = HotStandby.of(primary.url, folder)) {
                String url = replica.url();
                BudgetGateSettings settings = new BudgetGateSettings(
                        url,
                        Optional.of(primary.url),
                        "postgres",
                        "postgres",
                        primary.schema,
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1),
                        Optional.of(Duration.ofMinutes(5)),
                        StalePolicy.REFUSE);
                try (BudgetGate gate = new BudgetGate(settings)) {
                    gate.start();
                    BudgetGateTest.await("the gate listens", gate::isListening);
                    BudgetGateTest.await("the campaign goes", () -> gate.decide("total") == Decision.GO);
                    replica.pauseReplay();

                    primary.spend("total", 1);
                    long committed = System.nanoTime();
                    BudgetGateTest.await("the cut-off", () -> gate.decide("total") == Decision.EXHAUSTED);
                    assertThat(System.nanoTime() - committed).isLessThan(1_000_000_000L);
                    // The replica's earlier state does not revoke the notice.
                    long polls = gate.polls();
                    BudgetGateTest.await("two more polls", () -> gate.polls() >= polls + 2);
                    assertThat(gate.decide("total")).isEqualTo(Decision.EXHAUSTED);

                    // The primary shows the raised budget, although the replica does not yet.
                    primary.execute("UPDATE campaign SET total_budget_micros = 30");
                    BudgetGateTest.await("the raised budget", () -> gate.decide("total") == Decision.GO);
                    primary.spend("total", 10);
                    BudgetGateTest.await("the next cut-off", () -> gate.decide("total") == Decision.EXHAUSTED);

                    replica.resumeReplay();
                    primary.execute("UPDATE campaign SET total_budget_micros = 40");
                    BudgetGateTest.await("the budget raised again", () -> gate.decide("total") == Decision.GO);
                }
                try (BudgetGate gate = new BudgetGate(
                        BudgetGateSettings.of(url, "postgres", "postgres").withSchema(primary.schema))) {
                    gate.start();
                    BudgetGateTest.await("a first reading", () -> gate.decide("total") == Decision.GO);
                    assertThat(gate.isListening()).isFalse();
                }
            }
        }
    }
}
