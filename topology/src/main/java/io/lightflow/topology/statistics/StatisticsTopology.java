package io.lightflow.topology.statistics;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.sink.Sink;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.descriptor.EntryCodec;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.postgres.CertificateTable;
import io.lightflow.topology.postgres.LedgerEntry;
import io.lightflow.topology.postgres.PostgresLedger;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import io.lightflow.topology.postgres.SetAsideReader;
import io.lightflow.topology.postgres.StatisticsPruner;
import io.lightflow.topology.postgres.StatisticsReader;
import io.lightflow.topology.schema.PatientSchemas;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.settings.TaskSpread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** The topology {@code stats-counter}: counts joined events in PostgreSQL, with its ledger in the same transaction. */
public final class StatisticsTopology implements TopologyDescriptor {
    public static final TopologyDescriptor INSTANCE = new StatisticsTopology();

    private static final String NAME = "stats-counter";
    /** The loop holds counted events back until the micro-batch ends in any case. */
    private static final Duration MIN_EMIT_INTERVAL = Duration.ofMillis(200);

    private StatisticsTopology() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public SortedMap<String, EventType> topics(GroupSettings settings) {
        return GroupTopics.counted(settings.group());
    }

    @Override
    public EntryDecoder decoder(GroupSettings settings) {
        return new JoinedEntryDecoder(new JoinedEventDecoder(new PatientSchemas(
                RegistrySchemas.connect(settings.registry()), settings.join().schemaGrace(), InstantSource.system())));
    }

    @Override
    public EntryCodec entryCodec() {
        return new JoinedEntryCodec();
    }

    @Override
    public ShardPositions positions(GroupSettings settings) {
        PostgresLedger ledger = new PostgresLedger(postgres(settings), NAME, settings.group());
        return new ShardPositions() {
            @Override
            public Map<Integer, Position> read(Collection<Integer> shards) {
                Map<Integer, LedgerEntry> entries = ledger.readAll();
                Map<Integer, Position> positions = new TreeMap<>();
                for (int shard : shards) {
                    LedgerEntry entry = entries.get(shard);
                    positions.put(shard, entry == null ? Position.START : entry.position());
                }
                return positions;
            }

            @Override
            public void close() {
                ledger.close();
            }
        };
    }

    @Override
    public LedgerMover ledgerMover(GroupSettings settings) {
        return LedgerMover.of(sink(settings), new Statistics());
    }

    private static Sink<Statistics> sink(GroupSettings settings) {
        return new PostgresStatisticsSink(postgres(settings), NAME, settings.group());
    }

    /** Opens the tables that the topology writes, for a certificate. */
    public static StatisticsReader reader(GroupSettings settings) {
        return new StatisticsReader(postgres(settings), NAME);
    }

    /** Opens the table of certificates, which the topology does not write. */
    public static CertificateTable certificates(GroupSettings settings) {
        return new CertificateTable(postgres(settings));
    }

    /** Opens the table of the group's records that could not be counted. */
    public static SetAsideReader setAside(GroupSettings settings) {
        return new SetAsideReader(postgres(settings), NAME, settings.group());
    }

    /** Drops what the tables that the topology writes no longer have to keep. */
    public static StatisticsPruner pruner(GroupSettings settings) {
        return new StatisticsPruner(postgres(settings));
    }

    private static PostgresSettings postgres(GroupSettings settings) {
        PostgresSection postgres = settings.postgres();
        return new PostgresSettings(postgres.url(), postgres.user(), postgres.password());
    }

    @Override
    public BlockLoop loop(GroupSettings settings, TaskMetrics metrics) {
        return new StatisticsLoop(
                metrics.measured(sink(settings)),
                settings.statistics().microBatch(),
                settings.statistics().maxRows(),
                InstantSource.system(),
                BackoffRetrier.real(metrics),
                committer(),
                metrics);
    }

    /** A thread that ends by itself when it has nothing to do. */
    private static Executor committer() {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "lightflow-committer");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public TaskSpread spread(GroupSettings settings) {
        return settings.statistics().spread();
    }

    @Override
    public Duration emitInterval(GroupSettings settings) {
        return settings.pace().emitIntervalOfAtLeast(MIN_EMIT_INTERVAL);
    }

    @Override
    public void prepare(GroupSettings settings) {
        new PostgresSchema(postgres(settings)).migrate();
    }

    @Override
    public String toString() {
        return name();
    }
}
