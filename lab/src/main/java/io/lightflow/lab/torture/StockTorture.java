package io.lightflow.lab.torture;

import io.lightflow.lab.torture.StockFault.Struck;
import io.lightflow.lab.torture.StockReport.Done;
import io.lightflow.lab.torture.StockStage.Recovery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One run of the stock topology: rounds of faults while events flow. After each fault the feed pauses until everything
 * is counted, which attributes lost and doubled impressions to this fault. Confined to one thread.
 */
final class StockTorture {
    private static final int SHORTEST_PAUSE_MS = 3_000;
    private static final int LONGEST_PAUSE_MS = 6_000;
    private static final Duration GOES_ON_FOR = Duration.ofSeconds(3);

    private final StockStage stage;
    private final LightFeed.Plan plan;
    private final Consumer<String> progress;
    private final List<Done> done = new ArrayList<>();
    private final long beginNanos = System.nanoTime();
    private Deviation deviation = Deviation.NONE;

    /** @param stage a stage started with this plan */
    StockTorture(StockStage stage, LightFeed.Plan plan, Consumer<String> progress) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Injects each fault once, in the order given by the stage's random numbers. Further rounds follow until all events
     * are fed.
     *
     * @throws IllegalStateException if the cluster fails, rather than the topology
     */
    StockReport run(List<StockFault> faults) throws Exception {
        do {
            List<StockFault> order = new ArrayList<>(faults);
            Collections.shuffle(order, stage.random());
            boolean first = done.isEmpty();
            for (StockFault fault : order) {
                if (first || !stage.feed().hasEnough()) {
                    inflict(fault);
                }
            }
        } while (!stage.feed().hasEnough());
        return StockReport.of(
                plan.seed(), stage.source(), stage.feed().fed().read(), stage.impressions(), secondsSinceBegin(), done);
    }

    private void inflict(StockFault fault) throws Exception {
        stage.cluster().processes().forEach(process -> process.awaitReady(StockStage.RECOVERS_WITHIN));
        stage.feed().goOn();
        stage.pause(
                Duration.ofMillis(SHORTEST_PAUSE_MS + stage.random().nextInt(LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS)));
        double at = TortureReport.rounded(secondsSinceBegin());
        Optional<Struck> struck = strike(fault, at);
        if (struck.isPresent()) {
            Recovery recovery = stage.awaitNewCounts(struck.get().nanos());
            if (recovery.seconds().isPresent()) {
                reckon(fault, at, struck.get().effect(), recovery.seconds().getAsDouble());
                return;
            }
            tell(Done.stopped(
                    fault.kind(),
                    at,
                    struck.get().effect(),
                    recovery.workers(),
                    stage.workers().commonestError().orElse("")));
        }
        deviation = stage.beginAnew();
        progress.accept("%5.0f s  restarted from the beginning: lost %,d, doubled %,d"
                .formatted(secondsSinceBegin(), deviation.lost(), deviation.doubled()));
    }

    /** Empty if the fault could not be injected. */
    private Optional<Struck> strike(StockFault fault, double at) throws Exception {
        try {
            return Optional.of(fault.strike().on(stage));
        } catch (IllegalStateException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            tell(Done.stopped(
                    fault.kind(),
                    at,
                    e.getMessage(),
                    1,
                    stage.workers().commonestError().orElse("")));
            return Optional.empty();
        }
    }

    private void reckon(StockFault fault, double at, String effect, double recovery) throws Exception {
        stage.pause(GOES_ON_FOR);
        Deviation after = stage.settle();
        Deviation caused = after.since(deviation);
        deviation = after;
        tell(Done.counted(fault.kind(), at, effect, recovery, caused.lost(), caused.doubled()));
    }

    private void tell(Done one) {
        done.add(one);
        progress.accept("%5.0f s  %s".formatted(one.at(), one.inWords()));
    }

    private double secondsSinceBegin() {
        return (System.nanoTime() - beginNanos) / 1e9;
    }
}
