package io.lightflow.topology.certificate;

import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.postgres.CertificateTable;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow certify}. */
@Command(
        name = "certify",
        mixinStandardHelpOptions = true,
        description = {
            "Certify that every event of an hour is where it belongs: count it again in the light topics, and compare"
                    + " with the front clusters, the output topics, and PostgreSQL. An hour is one of event time, UTC.",
            "Exits with 1 if there is a difference or the hour is not closed yet."
        })
public final class CertifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @ArgGroup(multiplicity = "1")
    private HourChoice which;

    @Option(names = "--shard", description = "Only this shard, without PostgreSQL.")
    private Integer shard;

    @Option(names = "--report", paramLabel = "FILE", description = "Also write the certificate to this file, as JSON.")
    private Path report;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Write gauges to this file, in the text format of Prometheus.")
    private Path metrics;

    @Option(
            names = "--record",
            description = "Also record the result of each hour in PostgreSQL, for the calendar of the reports server.")
    private boolean record;

    @Override
    public Integer call() {
        if (record && shard != null) {
            throw new ParameterException(
                    spec.commandLine(), "--record needs all shards: expected it without --shard, found both");
        }
        GroupSettings settings = settingsOption.read();
        if (shard != null && (shard < 0 || shard >= settings.shards())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--shard must lie between 0 and " + (settings.shards() - 1) + ", found " + shard);
        }
        List<Integer> shards = shard != null
                ? List.of(shard)
                : IntStream.range(0, settings.shards()).boxed().toList();
        try (Certifier certifier = new Certifier(settings);
                CertificateTable table = StatisticsTopology.certificates(settings)) {
            if (which.isFollow()) {
                return follow(certifier, table, shards);
            }
            Instant hour = which.hour() == null ? certifier.newestClosed() : which.hour();
            return certify(certifier, table, hour, shards) ? 0 : 1;
        }
    }

    private boolean certify(Certifier certifier, CertificateTable table, Instant hour, List<Integer> shards) {
        Certificate certificate = certifier.certify(hour, shards);
        CertificateText.print(certificate, System.out);
        if (report != null) {
            ResultFiles.writeReport(report, certificate);
        }
        if (metrics != null) {
            ResultFiles.writeMetrics(metrics, CertificateMetrics.of(certificate));
        }
        if (record) {
            table.put(certificate.group(), hour, certificate.made(), certificate.differenceCount());
        }
        return certificate.complete();
    }

    /** Ends when it is interrupted. */
    private int follow(Certifier certifier, CertificateTable table, List<Integer> shards) {
        HourFollower.Check check = new HourFollower.Check() {
            @Override
            public Instant newestClosed() {
                return certifier.newestClosed();
            }

            @Override
            public boolean check(Instant hour) {
                return certify(certifier, table, hour, shards);
            }
        };
        return HourFollower.follow(check, spec.commandLine().getErr()) ? 0 : 1;
    }
}
