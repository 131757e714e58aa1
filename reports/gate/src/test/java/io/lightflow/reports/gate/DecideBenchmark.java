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
 * Measures {@link BudgetGate#decide} on a gate that polls a real PostgreSQL. One case uses a retained string of a
 * campaign. The other uses a string that was just decoded from a request, without a cached hash.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecideBenchmark {
    private static final int REQUESTS = 1 << 12;

    @Param("5000")
    private int campaigns;

    private GateTestDatabase database;
    private BudgetGate gate;
    private final String[] ids = new String[REQUESTS];

    /** The position of one thread in {@link DecideBenchmark#ids}. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at = ThreadLocalRandom.current().nextInt(REQUESTS);

        int next() {
            at = (at + 1) & (REQUESTS - 1);
            return at;
        }
    }

    @Setup(Level.Trial)
    public void start() {
        database = new GateTestDatabase();
        database.execute("INSERT INTO campaign (id, advertiser, name, currency, total_budget_micros,"
                + " daily_budget_micros) SELECT 'campaign-' || i, 'a', 'n', 'EUR', 1000000, 100000"
                + " FROM generate_series(0, " + (campaigns - 1) + ") i");
        database.spend("campaign-0", 1);
        gate = new BudgetGate(database.gateSettings());
        gate.start();
        while (gate.campaigns() < campaigns) {
            Thread.onSpinWait();
        }
        Map<Decision, Integer> decisions = new HashMap<>();
        for (int i = 0; i < REQUESTS; i++) {
            ids[i] = "campaign-" + ThreadLocalRandom.current().nextInt(campaigns);
            decisions.merge(gate.decide(ids[i]), 1, Integer::sum);
        }
        if (!decisions.keySet().equals(Map.of(Decision.GO, 1).keySet())) {
            throw new IllegalStateException("expected GO for every campaign, found " + decisions);
        }
    }

    @TearDown(Level.Trial)
    public void stop() {
        gate.close();
        database.close();
    }

    @Benchmark
    @Threads(1)
    public Decision decideOfARetainedString(Cursor walk) {
        return gate.decide(ids[walk.next()]);
    }

    @Benchmark
    @Threads(2)
    public Decision decideByTwoThreads(Cursor walk) {
        return gate.decide(ids[walk.next()]);
    }

    /** The measurement includes the copy of the string. */
    @Benchmark
    @Threads(1)
    @SuppressWarnings("StringOperationCanBeSimplified")
    public Decision decideOfANewString(Cursor walk) {
        byte[] bytes = ids[walk.next()].getBytes(StandardCharsets.ISO_8859_1);
        return gate.decide(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
