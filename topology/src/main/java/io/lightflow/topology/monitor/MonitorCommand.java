package io.lightflow.topology.monitor;

import io.lightflow.topology.operator.DurationOption;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code lightflow monitor}. */
@Command(
        name = "monitor",
        mixinStandardHelpOptions = true,
        description = {
            "Look at a group from outside until stopped, and export what its servers tell to Prometheus: ledgers,"
                    + " books, lag, stopped shards, and how far the mirror lags.",
            "So a worker that is dead or does not progress is noticed."
        })
public final class MonitorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9460",
            description = "The port to listen on; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private String port;

    @Option(
            names = "--interval",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = DurationOption.class,
            description = "The time between two looks. Default: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Option(
            names = "--gauges",
            paramLabel = "FILE",
            description = "Also export the gauges that `certify --follow --metrics FILE` or `reconcile` writes to this"
                    + " file. Can be repeated.")
    private List<Path> gauges = List.of();

    @Option(
            names = "--connect",
            paramLabel = "NAME=HOST:PORT",
            converter = TcpConverter.class,
            description = "Also look whether a process listens there, such as nimbus=storm-1:6627. Can be repeated.")
    private List<TcpConnection> others = List.of();

    private static final class TcpConverter implements ITypeConverter<TcpConnection> {
        @Override
        public TcpConnection convert(String value) {
            try {
                return TcpConnection.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        GroupSettings settings = settingsOption.read();
        try (MonitorServer monitor = MonitorServer.start(settings, host, port, interval, gauges, others)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("Metrics of group " + settings.group() + " at " + monitor.url()
                    + "/metrics, health at /health/ready");
            out.flush();
            new CountDownLatch(1).await();
            return 0;
        }
    }
}
