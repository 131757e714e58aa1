package io.lightflow.topology.archive;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.commit.HourCompaction;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.TableSink;
import io.lightflow.archive.commit.TableUpkeep;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.TableFiles;
import io.lightflow.event.Block;
import io.lightflow.event.EventType;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.topology.descriptor.EntryCodec;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.schema.PatientSchemas;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.ArchiveSection;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.settings.TaskSpread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Table;

/**
 * The topology {@code archive}: writes light and joined events to Iceberg tables, with its ledger in their snapshots.
 */
public final class ArchiveTopology implements TopologyDescriptor {
    public static final TopologyDescriptor INSTANCE = new ArchiveTopology();

    private static final Duration WRITER_IDLE = Duration.ofSeconds(10);
    /** Commits are many seconds apart, and each batch costs writes to ZooKeeper. */
    private static final Duration MIN_EMIT_INTERVAL = Duration.ofMillis(200);

    private ArchiveTopology() {}

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public boolean isConfigured(GroupSettings settings) {
        return settings.archive() != null;
    }

    @Override
    public SortedMap<String, EventType> topics(GroupSettings settings) {
        SortedMap<String, EventType> topics = new TreeMap<>();
        // The type is that of no event here: the table of a topic tells its schema.
        tables(settings).keySet().forEach(topic -> topics.put(topic, EventType.IMPRESSION));
        return topics;
    }

    private static Map<String, ArchiveTable> tables(GroupSettings settings) {
        Map<String, ArchiveTable> tables = new HashMap<>();
        for (ArchiveTable table : ArchiveTable.values()) {
            table.topics(settings.group(), settings.dataCenters()).forEach(topic -> tables.put(topic, table));
        }
        return tables;
    }

    @Override
    public EntryDecoder decoder(GroupSettings settings) {
        return decoder(schemas(settings));
    }

    /** Tells beacons from the records that become rows, which stay {@link ArchiveRecord}s. */
    public static EntryDecoder decoder(WriterSchemas schemas) {
        return new ArchiveEntryDecoder(schemas);
    }

    private static WriterSchemas schemas(GroupSettings settings) {
        return new PatientSchemas(
                RegistrySchemas.connect(settings.registry()), settings.join().schemaGrace(), InstantSource.system());
    }

    @Override
    public EntryCodec entryCodec() {
        return new ArchiveEntryCodec();
    }

    /**
     * Opens the catalog of a group's archive.
     *
     * @throws SettingsException if the group has no archive
     */
    public static ArchiveCatalog catalog(GroupSettings settings) {
        ArchiveSection archive = section(settings);
        if (!archive.rest().isEmpty()) {
            Map<String, String> properties = new HashMap<>(archive.resolvedFiles());
            properties.putAll(archive.resolvedRest());
            properties.putIfAbsent("warehouse", archive.warehouse());
            return ArchiveCatalog.rest(properties);
        }
        PostgresSection postgres = settings.postgres();
        return ArchiveCatalog.jdbc(
                postgres.url(),
                postgres.user(),
                postgres.password(),
                archive.catalogSchema(),
                archive.warehouse(),
                archive.resolvedFiles());
    }

    private static ArchiveSection section(GroupSettings settings) {
        if (settings.archive() == null) {
            throw new SettingsException("the key archive is missing: it says where the tables are", null);
        }
        return settings.archive();
    }

    private static Map<ArchiveTable, TableSink> sinks(GroupSettings settings, ArchiveCatalog catalog) {
        Map<ArchiveTable, TableSink> sinks = new EnumMap<>(ArchiveTable.class);
        for (ArchiveTable kind : ArchiveTable.values()) {
            sinks.put(kind, new TableSink(catalog.table(settings.group(), kind), InstantSource.system()));
        }
        return sinks;
    }

    @Override
    public ShardPositions positions(GroupSettings settings) {
        ArchiveCatalog catalog = catalog(settings);
        Map<ArchiveTable, TableSink> sinks = sinks(settings, catalog);
        return new ShardPositions() {
            @Override
            public Map<Integer, Position> read(Collection<Integer> shards) {
                Map<Integer, Position> positions = new TreeMap<>();
                sinks.values().forEach(sink -> sink.ledger().entries().forEach((shard, entry) -> {
                    if (shards.contains(shard)) {
                        positions.merge(shard, entry.position(), ArchiveTopology::together);
                    }
                }));
                shards.forEach(shard -> positions.putIfAbsent(shard, Position.START));
                return positions;
            }

            @Override
            public void close() {
                catalog.close();
            }
        };
    }

    /** The topics of both; each topic belongs to one table. */
    private static Position together(Position one, Position other) {
        SortedMap<String, TopicPosition> topics = new TreeMap<>(one.topics());
        topics.putAll(other.topics());
        return one.withTopics(topics).withWatermark(Math.min(one.watermark(), other.watermark()));
    }

    @Override
    public LedgerMover ledgerMover(GroupSettings settings) {
        ArchiveCatalog catalog = catalog(settings);
        Map<ArchiveTable, TableSink> sinks = sinks(settings, catalog);
        return new LedgerMover() {
            @Override
            public void move(int shard, UnaryOperator<Position> next) {
                Map<ArchiveTable, Position> before = new EnumMap<>(ArchiveTable.class);
                sinks.forEach((table, sink) -> before.put(table, sink.open(shard)));
                Position moved = next.apply(before.values().stream()
                        .reduce(ArchiveTopology::together)
                        .orElse(Position.START));
                sinks.forEach((table, sink) -> {
                    SortedMap<String, TopicPosition> topics =
                            new TreeMap<>(before.get(table).topics());
                    topics.replaceAll((topic, at) -> moved.topics().get(topic));
                    Position own = before.get(table).withTopics(topics);
                    if (!own.equals(before.get(table))) {
                        sink.commit(List.of(new Commit<>(
                                List.of(new ShardMove(shard, before.get(table), own)),
                                new NewFiles(List.of(), InstantSource.system().millis()))));
                    }
                });
            }

            @Override
            public void close() {
                catalog.close();
            }
        };
    }

    @Override
    public BlockLoop loop(GroupSettings settings, TaskMetrics metrics) {
        ArchiveCatalog catalog = catalog(settings);
        InstantSource clock = InstantSource.system();
        AtomicLong closedMs = new AtomicLong(Position.NO_TIME);
        Executor writers = writers(section(settings).writers());
        Map<ArchiveTable, TableLoop> loops = new EnumMap<>(ArchiveTable.class);
        for (ArchiveTable kind : ArchiveTable.values()) {
            // One view of the table for all: its loop lets one thread at a time use it. A view holds all snapshots.
            Table table = catalog.table(settings.group(), kind);
            IcebergTable work = new IcebergTable(
                    settings.group() + "." + kind.tableName(),
                    new RowWriter(kind, table, schemas(settings), clock),
                    new HourCompaction(table, new TableFiles(kind, table)::merge),
                    new TableUpkeep(table, rules(settings, kind), clock),
                    closedMs::get,
                    clock);
            loops.put(
                    kind,
                    new TableLoop(
                            work,
                            metrics.measured(new TableSink(table, clock)),
                            clock,
                            BackoffRetrier.real(metrics),
                            writers,
                            metrics));
        }
        ArchiveLoop loop = new ArchiveLoop(
                tables(settings),
                loops,
                section(settings).commitInterval(),
                section(settings).bufferSize().bytes(),
                closedMs,
                clock);
        return new BlockLoop() {
            @Override
            public void process(long txid, List<Block> blocks) {
                loop.process(txid, blocks);
            }

            @Override
            public void close() {
                try {
                    loop.close();
                } finally {
                    catalog.close();
                }
            }
        };
    }

    private static TableUpkeep.Rules rules(GroupSettings settings, ArchiveTable kind) {
        ArchiveSection archive = section(settings);
        return new TableUpkeep.Rules(
                Optional.ofNullable(archive.keepEvents().get(kind.tableName())),
                archive.keepSnapshots(),
                archive.keepOrphans());
    }

    /** Threads that end by themselves when they have nothing to do. */
    private static Executor writers(int threads) {
        ThreadPoolExecutor writers = new ThreadPoolExecutor(
                threads, threads, WRITER_IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "lightflow-archive-writer");
                    thread.setDaemon(true);
                    return thread;
                });
        writers.allowCoreThreadTimeOut(true);
        return writers;
    }

    /** One task commits for all shards; its writers write in parallel. */
    @Override
    public TaskSpread spread(GroupSettings settings) {
        return new TaskSpread(1, 1, section(settings).heapMb());
    }

    /** Several tasks would commit to the same tables, and each would make most of its commits again. */
    @Override
    public Duration emitInterval(GroupSettings settings) {
        return settings.pace().emitIntervalOfAtLeast(MIN_EMIT_INTERVAL);
    }

    @Override
    public int maxTasks() {
        return 1;
    }

    @Override
    public void prepare(GroupSettings settings) {
        try (ArchiveCatalog catalog = catalog(settings)) {
            for (ArchiveTable kind : ArchiveTable.values()) {
                catalog.table(settings.group(), kind);
            }
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
