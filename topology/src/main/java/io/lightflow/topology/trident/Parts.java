package io.lightflow.topology.trident;

import io.lightflow.attribution.LastClick;
import io.lightflow.database.PostgresSettings;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputEncoder;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.sink.Sink;
import io.lightflow.statistics.JoinedEventDecoder;
import io.lightflow.statistics.Statistics;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.BlockLoop;
import io.lightflow.topology.Patience;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.dataflow.DataflowLoop;
import io.lightflow.topology.kafka.DataflowTopics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.KafkaSink;
import io.lightflow.topology.postgres.LedgerEntry;
import io.lightflow.topology.postgres.PostgresLedger;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import io.lightflow.topology.rocksdb.RocksDbJoinStore;
import io.lightflow.topology.rocksdb.RocksDbSettings;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TopologyKind;
import io.lightflow.topology.spout.EntryDecoder;
import io.lightflow.topology.spout.ShardReader;
import io.lightflow.topology.statistics.StatisticsLoop;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Puts the parts of a topology together from its settings. */
public final class Parts {
    /** Few enough to keep topic-partitions together between polls of the consumer. */
    private static final int RECORDS_OF_ONE_POLL = 2_000;

    private Parts() {}

    /** What polls the given shards. */
    static ShardReader reader(TopologyKind kind, GroupSettings settings, List<Integer> shards) {
        KafkaClients clients = new KafkaClients(settings.kafka());
        String clientId = kind.topologyName(settings.group()) + "-" + (shards.isEmpty() ? "none" : shards.get(0));
        return new ShardReader(
                clients.consumer(clientId, Math.min(settings.pace().pollRecords(), RECORDS_OF_ONE_POLL)),
                clients.admin(clientId + "-lookup"),
                topics(kind, settings),
                settings.shards(),
                shards,
                settings.pace(),
                decoder(kind, settings),
                InstantSource.system());
    }

    /** The topics that a topology reads, with the kind of event in each. */
    public static SortedMap<String, EventType> topics(TopologyKind kind, GroupSettings settings) {
        return kind == TopologyKind.DATAFLOW
                ? DataflowTopics.light(settings)
                : DataflowTopics.counted(settings.group());
    }

    private static EntryDecoder decoder(TopologyKind kind, GroupSettings settings) {
        RegistrySchemas schemas = RegistrySchemas.connect(settings.registry());
        if (kind == TopologyKind.DATAFLOW) {
            LightEventDecoder decoder =
                    new LightEventDecoder(schemas, settings.join().farFuture());
            return (type, incarnation, record) -> decoder.decode(
                    type, record.key(), record.value(), incarnation, record.offset(), record.timestamp());
        }
        JoinedEventDecoder decoder = new JoinedEventDecoder(schemas);
        return (type, incarnation, record) -> decoder.decode(type, record.topic(), record.offset(), record.value());
    }

    /** The ledger of a topology, read only. */
    public static ShardPositions positions(TopologyKind kind, GroupSettings settings) {
        if (kind == TopologyKind.DATAFLOW) {
            KafkaLedger ledger = new KafkaLedger(new KafkaClients(settings.kafka()), settings.group());
            return new ShardPositions() {
                @Override
                public Map<Integer, Position> read(Collection<Integer> shards) {
                    return ledger.readAll(shards);
                }

                @Override
                public void close() {
                    ledger.close();
                }
            };
        }
        PostgresLedger ledger = new PostgresLedger(postgres(settings), kind.word(), settings.group());
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

    /** What works on the blocks. */
    static BlockLoop loop(TopologyKind kind, GroupSettings settings) {
        InstantSource clock = InstantSource.system();
        if (kind == TopologyKind.DATAFLOW) {
            JoinSettings rules = settings.join().of(settings.group());
            RegistrySchemas schemas = RegistrySchemas.connect(settings.registry());
            return new DataflowLoop(
                    () -> new JoinStep(rules, new LastClick(), new OutputEncoder(schemas.ids())),
                    Runtime.getRuntime().availableProcessors(),
                    store(settings, rules),
                    new KafkaSink(new KafkaClients(settings.kafka()), settings.group()),
                    helpers(),
                    clock,
                    Patience.real());
        }
        return new StatisticsLoop(
                statisticsSink(settings),
                settings.statistics().microBatch(),
                settings.statistics().maxRows(),
                clock,
                Patience.real());
    }

    /** Threads that end by themselves when they have nothing to do. */
    private static Executor helpers() {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "lightflow-helper");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The sink of the topology {@code stats-counter}. */
    public static Sink<Statistics> statisticsSink(GroupSettings settings) {
        return new PostgresStatisticsSink(postgres(settings), TopologyKind.STATS_COUNTER.word(), settings.group());
    }

    private static JoinStore store(GroupSettings settings, JoinSettings rules) {
        GroupSettings.RocksDb rocksDb = settings.store().rocksdb();
        if (rocksDb != null) {
            return RocksDbJoinStore.acquire(new RocksDbSettings(
                    rocksDb.directory(), rules.retention(), rocksDb.blockCacheMb(), rocksDb.rowCacheMb()));
        }
        return Patience.real().untilAvailable("the join store", () -> aerospike(settings, rules));
    }

    private static AerospikeJoinStore aerospike(GroupSettings settings, JoinSettings rules) {
        return AerospikeJoinStore.open(settings.store().aerospike(), rules.retention());
    }

    /**
     * Checks the join store, if it is one that can be reached from here.
     *
     * @throws io.lightflow.topology.aerospike.AerospikeSetupException if it has to be set otherwise
     * @throws io.lightflow.store.StoreUnavailableException if it does not answer
     */
    public static void checkStore(GroupSettings settings) {
        if (settings.store().aerospike() != null) {
            aerospike(settings, settings.join().of(settings.group())).close();
        }
    }

    public static PostgresSettings postgres(GroupSettings settings) {
        GroupSettings.Postgres postgres = settings.postgres();
        return new PostgresSettings(postgres.url(), postgres.user(), postgres.password());
    }
}
