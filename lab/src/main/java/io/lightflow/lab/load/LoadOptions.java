package io.lightflow.lab.load;

import io.lightflow.lab.options.DurationOptions;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of a load command, and its exit status. */
final class LoadOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--rate", description = "Requests per second. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "20s",
            converter = DurationOptions.Seconds.class,
            description = "Duration of the measurement. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            converter = DurationOptions.Seconds.class,
            description = "Duration of the load before the measurement. Default: that of --seconds.")
    private Integer warmUpSeconds;

    @Option(names = "--connections", description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--p99",
            paramLabel = "MILLIS",
            defaultValue = "10ms",
            converter = DurationOptions.Millis.class,
            description = "Upper limit of the 99th percentile. Default: ${DEFAULT-VALUE}.")
    private double limitMillis;

    /**
     * @param rate the default
     * @param connections the default
     */
    LoadOptions(int rate, int connections) {
        this.rate = rate;
        this.connections = connections;
    }

    /** @throws ParameterException if the options are invalid; call this before anything starts */
    void check() {
        if (rate < 1 || seconds < 1 || connections < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate, --seconds and --connections must be at least 1, but are " + rate + ", " + seconds + " and "
                            + connections);
        }
    }

    <K> PacedLoad<K> load(PacedLoad.Opener<K> opener) {
        return new PacedLoad<>(schedule(), connections, opener);
    }

    LoadSchedule schedule() {
        return new LoadSchedule(rate, warmUpSeconds == null ? seconds : warmUpSeconds, seconds);
    }

    int connections() {
        return connections;
    }

    /**
     * Prints the results.
     *
     * @param requests description of the requests, such as "200 look-ups of 5 schemas"
     */
    void report(String requests, LoadSchedule.Run<?> run) {
        Histogram nanos = run.all();
        System.out.printf(
                "%d %s over %d connections, %.0f/s: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms, p99.9 %.2f ms,"
                        + " longest %.2f ms%n",
                nanos.getTotalCount(),
                requests,
                connections,
                run.perSecond(),
                LoadSchedule.millis(nanos, 50),
                LoadSchedule.millis(nanos, 95),
                LoadSchedule.millis(nanos, 99),
                LoadSchedule.millis(nanos, 99.9),
                LoadSchedule.millis(nanos, 100));
        if (!run.held()) {
            System.out.println("The rate of " + rate + "/s was not reached");
        }
    }

    /** 0 if the rate was reached and the 99th percentile is below the limit, otherwise 1. */
    int exitCode(LoadSchedule.Run<?> run) {
        return run.held() && LoadSchedule.millis(run.all(), 99) < limitMillis ? 0 : 1;
    }
}
