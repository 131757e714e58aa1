package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.storm.Config;
import org.apache.storm.policy.IWaitStrategy.WaitSituation;
import org.junit.jupiter.api.Test;

/** An idle executor sleeps until another one of its topology has worked. */
class SignalledWaitTest {
    private static final long LONG_MS = 60_000;

    private final ExecutorSignal signal = ExecutorSignal.of("topology");

    private static SignalledWait wait(String topology, WaitSituation situation, long maxWaitMs) {
        SignalledWait wait = new SignalledWait();
        wait.prepare(Map.of(Config.TOPOLOGY_NAME, topology, SignalledWait.MAX_WAIT_MS, maxWaitMs), situation);
        return wait;
    }

    private static CompletableFuture<Integer> idle(SignalledWait wait, int idleCounter) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return wait.idle(idleCounter);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anExecutorThatHasWorkedWakesTheOthersAndLooksAgainAtOnce() throws Exception {
        SignalledWait idle = wait("topology", WaitSituation.BOLT_WAIT, LONG_MS);
        idle.idle(0);
        CompletableFuture<Integer> sleeping = idle(idle, 1);
        SignalledWait worker = wait("topology", WaitSituation.BOLT_WAIT, LONG_MS);

        assertThat(worker.idle(0)).isPositive();

        assertThat(sleeping.get(30, TimeUnit.SECONDS)).isPositive();
    }

    @Test
    void whatWasRaisedBetweenALookAndTheSleepIsNotMissed() throws Exception {
        SignalledWait idle = wait("topology", WaitSituation.BOLT_WAIT, LONG_MS);
        idle.idle(0);

        signal.raise();

        assertThat(idle(idle, 1).get(30, TimeUnit.SECONDS)).isPositive();
    }

    @Test
    void anIdleExecutorWakesNobody() throws Exception {
        SignalledWait idle = wait("topology", WaitSituation.BOLT_WAIT, 1);
        idle.idle(0);
        long before = signal.count();

        for (int i = 0; i < 5; i++) {
            idle.idle(1);
        }

        assertThat(signal.count()).isEqualTo(before);
    }

    @Test
    void aSpoutThatWasWokenPassesTheSignalOnOnce() throws Exception {
        SignalledWait spout = wait("topology", WaitSituation.SPOUT_WAIT, 1);
        spout.idle(0);
        signal.raise();
        spout.idle(1);
        long before = signal.count();

        for (int i = 0; i < 5; i++) {
            spout.idle(1);
        }

        assertThat(signal.count()).isEqualTo(before + 1);
    }

    @Test
    void topologiesDoNotWakeEachOther() throws Exception {
        long before = signal.count();

        wait("another", WaitSituation.BOLT_WAIT, LONG_MS).idle(0);

        assertThat(signal.count()).isEqualTo(before);
    }
}
