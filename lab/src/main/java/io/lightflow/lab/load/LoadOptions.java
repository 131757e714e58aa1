package io.lightflow.lab.load;

import org.HdrHistogram.Histogram;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a load command asks, and what must hold: its options, and its exit code. */
final class LoadOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--rate", description = "Requests per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seconds", defaultValue = "20", description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--connections", defaultValue = "16", description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "10",
            description = "What 99%% must not exceed. Default: ${DEFAULT-VALUE} ms.")
    private double limitMillis;

    /** @param rate the default */
    LoadOptions(int rate) {
        this.rate = rate;
    }

    /** @throws ParameterException if they cannot be met; to be called before anything is started */
    void check() {
        if (rate < 1 || seconds < 1 || connections < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate, --seconds and --connections must be at least 1, and are " + rate + ", " + seconds + " and "
                            + connections);
        }
    }

    <K> PacedLoad<K> load(PacedLoad.Opener<K> opener) {
        return new PacedLoad<>(rate, seconds, connections, opener);
    }

    /**
     * Prints what came of it.
     *
     * @param requests what was asked for, as in "200 look-ups of 5 schemas"
     */
    void report(String requests, PacedLoad.Run<?> run) {
        Histogram nanos = run.all();
        System.out.printf(
                "%d %s over %d connections, %.0f/s: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, p99.9 %.2f ms,"
                        + " longest %.2f ms%n",
                nanos.getTotalCount(),
                requests,
                connections,
                run.perSecond(),
                PacedLoad.millis(nanos, 50),
                PacedLoad.millis(nanos, 95),
                PacedLoad.millis(nanos, 99),
                PacedLoad.millis(nanos, 99.9),
                PacedLoad.millis(nanos, 100));
        if (!run.held()) {
            System.out.println("The rate of " + rate + "/s was not held");
        }
    }

    /** 0 if the rate was held and 99% were fast enough, 1 if not. */
    int exitCode(PacedLoad.Run<?> run) {
        return run.held() && PacedLoad.millis(run.all(), 99) < limitMillis ? 0 : 1;
    }
}
