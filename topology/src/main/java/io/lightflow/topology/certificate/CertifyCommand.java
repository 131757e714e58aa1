package io.lightflow.topology.certificate;

import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.ZooKeeperUnavailableException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @ArgGroup(multiplicity = "1")
    private HourChoice which;

    /** The hours to certify. */
    private static final class HourChoice {
        @Option(
                names = "--hour",
                converter = HourConverter.class,
                description = "The hour that begins at this time, such as 2026-01-01T13.")
        private Instant hour;

        @Option(names = "--last", description = "The newest closed hour.")
        private boolean last;

        @Option(
                names = "--follow",
                description = "The newest closed hour, and each one after it as soon as it is closed, until stopped.")
        private boolean follow;
    }

    @Option(names = "--shard", description = "Only this shard, without PostgreSQL.")
    private Integer shard;

    @Option(names = "--report", paramLabel = "FILE", description = "Also write the certificate to this file, as JSON.")
    private Path report;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Write gauges to this file, in the text format of Prometheus.")
    private Path metrics;

    /** Takes an hour's beginning, UTC. */
    static final class HourConverter implements ITypeConverter<Instant> {
        private static final Pattern HOUR = Pattern.compile("(\\d{4}-\\d{2}-\\d{2}T\\d{2})(:00(:00)?)?Z?");

        @Override
        public Instant convert(String value) {
            var matcher = HOUR.matcher(value);
            try {
                if (matcher.matches()) {
                    return LocalDateTime.parse(matcher.group(1) + ":00").toInstant(ZoneOffset.UTC);
                }
            } catch (DateTimeException e) {
                throw new TypeConversionException(expected(value) + ": " + e.getMessage());
            }
            throw new TypeConversionException(expected(value));
        }

        private static String expected(String value) {
            return "expected the beginning of an hour in UTC, such as 2026-01-01T13, found " + value;
        }
    }

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        if (shard != null && (shard < 0 || shard >= settings.shards())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--shard must lie between 0 and " + (settings.shards() - 1) + ", found " + shard);
        }
        List<Integer> shards = shard != null
                ? List.of(shard)
                : IntStream.range(0, settings.shards()).boxed().toList();
        try (Certifier certifier = new Certifier(settings)) {
            if (which.follow) {
                return follow(certifier, shards);
            }
            Instant hour = which.last ? certifier.newestClosed() : which.hour;
            return certify(certifier, hour, shards) ? 0 : 1;
        }
    }

    private boolean certify(Certifier certifier, Instant hour, List<Integer> shards) {
        Certificate certificate = certifier.certify(hour, shards);
        CertificateText.print(certificate, System.out);
        if (report != null) {
            CertificateFiles.writeReport(report, certificate);
        }
        if (metrics != null) {
            CertificateFiles.writeMetrics(metrics, certificate);
        }
        return certificate.complete();
    }

    /** Continues through outages; ends when it is interrupted. */
    private int follow(Certifier certifier, List<Integer> shards) {
        boolean good = true;
        Instant next = null;
        try {
            while (true) {
                try {
                    Instant newest = certifier.newestClosed();
                    next = next == null ? newest : next;
                    while (!next.isAfter(newest)) {
                        good &= certify(certifier, next, shards);
                        next = next.plus(1, ChronoUnit.HOURS);
                    }
                } catch (HourNotClosedException
                        | SinkUnavailableException
                        | SchemasUnavailableException
                        | ZooKeeperUnavailableException e) {
                    reportRetry(e);
                } catch (KafkaException e) {
                    if (e instanceof InterruptException) {
                        throw e;
                    }
                    reportRetry(e);
                }
                certifier.pause(CHECK_INTERVAL);
            }
        } catch (InterruptException e) {
            return good ? 0 : 1;
        }
    }

    private void reportRetry(RuntimeException failure) {
        spec.commandLine().getErr().println(failure.getMessage() + "; retrying");
        spec.commandLine().getErr().flush();
    }
}
