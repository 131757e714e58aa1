package io.lightflow.lab.reconcile;

import com.sun.management.OperatingSystemMXBean;
import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.reconcile.Reconciler;
import io.lightflow.deploy.reconcile.Reconciliation;
import io.lightflow.lab.reconcile.GeneratedHour.Alteration;
import io.lightflow.position.Position;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SubmittedRules;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Alters one event among many and reconciles their hour. Kafka has no topics any more, so the tables and PostgreSQL are
 * compared.
 */
final class AlteredEvent {
    private static final int SHARDS = 8;

    private final Path folder;
    private final int memoryMb;
    private final int threads;

    /** @param folder an empty one */
    AlteredEvent(Path folder, int memoryMb, int threads) {
        this.folder = folder;
        this.memoryMb = memoryMb;
        this.threads = threads;
    }

    /**
     * What was found.
     *
     * @param expected what the result must name
     * @param written the time that writing the events took
     * @param compared the time that comparing them took
     * @param processor the time of processors that this process used meanwhile
     */
    record Finding(Reconciliation result, String expected, Duration written, Duration compared, Duration processor) {}

    Finding find(Alteration alteration, long events, long altered) throws SQLException {
        try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"));
                EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(folder.resolve("postgres"))) {
            kafka.start();
            postgres.start();
            GroupSettings settings = settings(kafka, postgres);
            new PostgresSchema(new PostgresSettings(postgres.jdbcUrl(), EmbeddedPostgresServer.USER, "")).migrate();
            Instant begun = Instant.now();
            GeneratedHour hour =
                    new GeneratedHour(settings, Instant.parse("2026-01-18T20:00:00Z"), events, alteration, altered);
            hour.write();
            Instant written = Instant.now();
            try (Reconciler reconciler = new Reconciler(
                    settings,
                    new Reconciler.Limits(memoryMb, 1_024, threads, Duration.ZERO),
                    new GeneratedLedgers(hour),
                    ArchiveTopology.catalog(settings),
                    RegistrySchemas.connect(settings.registry()))) {
                long before = processorNanos();
                Reconciliation result = reconciler.reconcile(Instant.parse("2026-01-18T20:00:00Z"));
                return new Finding(
                        result,
                        expected(alteration, hour),
                        Duration.between(begun, written),
                        Duration.between(written, Instant.now()),
                        Duration.ofNanos(processorNanos() - before));
            }
        }
    }

    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static String expected(Alteration alteration, GeneratedHour hour) {
        return switch (alteration) {
            case NONE -> "";
            case AMOUNT -> hour.place("impressions").replace("us-west.", "us.joined.");
            case LIGHT_ROW -> hour.place("impressions");
            case JOINED_ROW -> hour.place("clicks");
            case STATISTICS -> "stats_minute 2026-01-18T20:00:00Z";
        };
    }

    private GroupSettings settings(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        return GroupSettings.parse("""
                group: us
                dataCenters: [us-west]
                shards: %d
                kafka: {bootstrapServers: "%s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "%s", user: %s}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                archive: {warehouse: "%s"}
                """.formatted(
                        SHARDS,
                        kafka.bootstrapServers(),
                        postgres.jdbcUrl(),
                        EmbeddedPostgresServer.USER,
                        folder.resolve("tables").toUri()));
    }

    /** Both topologies have read everything. */
    private record GeneratedLedgers(GeneratedHour hour) implements Reconciler.Ledgers {
        @Override
        public ShardPositions joins() {
            return new ShardPositions() {
                @Override
                public Map<Integer, Position> read(Collection<Integer> shards) {
                    Map<Integer, Position> positions = new TreeMap<>();
                    shards.forEach(shard -> positions.put(shard, hour.position(shard)));
                    return positions;
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }

        @Override
        public ShardPositions counts() {
            return joins();
        }

        @Override
        public List<SubmittedRules> submittedRules() {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
