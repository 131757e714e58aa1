package io.lightflow.topology.dataflow;

import io.lightflow.attribution.LastClick;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputEncoder;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.descriptor.EntryCodec;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.KafkaSink;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.rocksdb.RocksDbJoinStore;
import io.lightflow.topology.rocksdb.RocksDbSettings;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TaskSpread;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;

/** The topology {@code dataflow}: joins the light events of a group, with its ledger in the same Kafka transaction. */
public final class DataflowTopology implements TopologyDescriptor {
    public static final TopologyDescriptor INSTANCE = new DataflowTopology();

    private DataflowTopology() {}

    @Override
    public String name() {
        return "dataflow";
    }

    @Override
    public SortedMap<String, EventType> topics(GroupSettings settings) {
        return GroupTopics.light(settings);
    }

    @Override
    public EntryDecoder decoder(GroupSettings settings) {
        LightEventDecoder decoder = new LightEventDecoder(
                RegistrySchemas.connect(settings.registry()), settings.join().farFuture());
        return (type, incarnation, record) ->
                decoder.decode(type, record.key(), record.value(), incarnation, record.offset(), record.timestamp());
    }

    @Override
    public EntryCodec entryCodec() {
        return new LightEntryCodec();
    }

    @Override
    public ShardPositions positions(GroupSettings settings) {
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

    @Override
    public LedgerMover ledgerMover(GroupSettings settings) {
        return LedgerMover.of(sink(settings), List.of());
    }

    private static KafkaSink sink(GroupSettings settings) {
        return new KafkaSink(new KafkaClients(settings.kafka()), settings.group());
    }

    @Override
    public BlockLoop loop(GroupSettings settings) {
        JoinSettings rules = settings.join().of(settings.group());
        RegistrySchemas schemas = RegistrySchemas.connect(settings.registry());
        return new DataflowLoop(
                () -> new JoinStep(rules, new LastClick(), new OutputEncoder(schemas.ids())),
                Runtime.getRuntime().availableProcessors(),
                store(settings, rules),
                sink(settings),
                helpers(),
                InstantSource.system(),
                BackoffRetrier.real());
    }

    /** Threads that end by themselves when they have nothing to do. */
    private static Executor helpers() {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "lightflow-helper");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static JoinStore store(GroupSettings settings, JoinSettings rules) {
        GroupSettings.RocksDb rocksDb = settings.store().rocksdb();
        if (rocksDb != null) {
            return RocksDbJoinStore.acquire(new RocksDbSettings(
                    rocksDb.directory(), rules.retention(), rocksDb.blockCacheMb(), rocksDb.rowCacheMb()));
        }
        return BackoffRetrier.real().untilAvailable("the join store", () -> aerospike(settings, rules));
    }

    private static AerospikeJoinStore aerospike(GroupSettings settings, JoinSettings rules) {
        return AerospikeJoinStore.open(settings.store().aerospike(), rules.retention());
    }

    @Override
    public TaskSpread spread(GroupSettings settings) {
        return settings.dataflow().spread();
    }

    /**
     * Checks the join store if the settings name one that is a server.
     *
     * @throws io.lightflow.topology.aerospike.AerospikeSetupException if it has to be set up otherwise
     * @throws io.lightflow.store.StoreUnavailableException if it does not answer
     */
    @Override
    public void check(GroupSettings settings) {
        if (settings.store().aerospike() != null) {
            aerospike(settings, settings.join().of(settings.group())).close();
        }
    }

    @Override
    public void prepare(GroupSettings settings) {
        try (Admin admin = new KafkaClients(settings.kafka()).admin("lightflow-prepare-" + settings.group())) {
            TopicSetup.createOutputs(admin, settings);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
