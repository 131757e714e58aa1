package io.lightflow.reports.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.topology.postgres.HotStandby;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real hot standby: it is read there, and listened at the primary, however far the standby lies behind. */
class ReplicaTest {
    @TempDir
    private Path folder;

    @Test
    void theCutOffDoesNotWaitForTheReplicaAndEndsWhenTheReplicaHasCaughtUp() throws Exception {
        try (TestDatabase primary = new TestDatabase()) {
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
                    // What the replica shows, which is an earlier state, does not lift it.
                    primary.execute("UPDATE campaign SET total_budget_micros = 30");
                    long polls = gate.polls();
                    BudgetGateTest.await("two more polls", () -> gate.polls() >= polls + 2);
                    assertThat(gate.decide("total")).isEqualTo(Decision.EXHAUSTED);

                    replica.resumeReplay();
                    BudgetGateTest.await("the raised budget", () -> gate.decide("total") == Decision.GO);
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
