package io.lightflow.reports.gate;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@link BudgetGate#decide} costs, on a gate that polls a real PostgreSQL meanwhile: with the string that the
 * bidder keeps for a campaign, and with one that was just made of a request's bytes and whose hash is not known yet.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecideBenchmark {
    private static final int ASKED = 1 << 12;

    @Param("5000")
    private int campaigns;

    private TestDatabase database;
    private BudgetGate gate;
    private final String[] ids = new String[ASKED];

    /** Where one thread is in {@link DecideBenchmark#ids}. */
    @State(Scope.Thread)
    public static class Walk {
        private int at = ThreadLocalRandom.current().nextInt(ASKED);

        int next() {
            at = (at + 1) & (ASKED - 1);
            return at;
        }
    }

    @Setup(Level.Trial)
    public void start() {
        database = new TestDatabase();
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros,"
                + " daily_budget_micros) SELECT 'campaign-' || i, 'a', 'n', 'EUR', 1000000, 100000"
                + " FROM generate_series(0, " + (campaigns - 1) + ") i");
        database.spend("campaign-0", 1);
        gate = new BudgetGate(database.gateSettings());
        gate.start();
        while (gate.campaigns() < campaigns) {
            Thread.onSpinWait();
        }
        Map<Decision, Integer> answers = new HashMap<>();
        for (int i = 0; i < ASKED; i++) {
            ids[i] = "campaign-" + ThreadLocalRandom.current().nextInt(campaigns);
            answers.merge(gate.decide(ids[i]), 1, Integer::sum);
        }
        if (!answers.keySet().equals(Map.of(Decision.GO, 1).keySet())) {
            throw new IllegalStateException("every campaign should go, found " + answers);
        }
    }

    @TearDown(Level.Trial)
    public void stop() {
        gate.close();
        database.close();
    }

    @Benchmark
    @Threads(1)
    public Decision decideOfAKeptString(Walk walk) {
        return gate.decide(ids[walk.next()]);
    }

    @Benchmark
    @Threads(2)
    public Decision decideByTwoThreads(Walk walk) {
        return gate.decide(ids[walk.next()]);
    }

    /** The copy of the string is a part of what is measured. */
    @Benchmark
    @Threads(1)
    @SuppressWarnings("StringOperationCanBeSimplified")
    public Decision decideOfANewString(Walk walk) {
        byte[] bytes = ids[walk.next()].getBytes(StandardCharsets.ISO_8859_1);
        return gate.decide(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
