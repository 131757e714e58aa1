package io.lightflow.topology.dataflow;

import io.lightflow.attribution.LastClick;
import io.lightflow.database.PostgresSettings;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepBounds;
import io.lightflow.position.Position;
import io.lightflow.topology.descriptor.EntryCodec;
import io.lightflow.topology.descriptor.LedgerMover;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.enrichment.EnrichmentData;
import io.lightflow.topology.kafka.EntryDecoder;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.KafkaSink;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.postgres.CampaignSnapshots;
import io.lightflow.topology.schema.PatientSchemas;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.EnrichmentSection.Campaigns;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.settings.TaskSpread;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;

/** The topology {@code dataflow}: joins the light events of a group, with its ledger in the same Kafka transaction. */
public final class DataflowTopology implements TopologyDescriptor {
    public static final TopologyDescriptor INSTANCE = new DataflowTopology();

    /**
     * A block's outputs take at most this part of the heap. A batch has several blocks, and two batches are at work.
     */
    private static final int OUTPUT_SHARE = 64;

    /** Each timer reads the rows of a join key, with all their bodies. */
    private static final int MAX_TIMERS = 1_000;

    /** A campaign has its advertiser this long after it was created, and a changed one begins a new attempt. */
    private static final Duration CAMPAIGN_INTERVAL = Duration.ofMinutes(1);

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
        return decoder(settings, settings.join().schemaGrace());
    }

    /** @param schemaGrace how long records wait whose schema the registry does not know */
    public static EntryDecoder decoder(GroupSettings settings, Duration schemaGrace) {
        return new LightEntryDecoder(new LightEventDecoder(
                new PatientSchemas(RegistrySchemas.connect(settings.registry()), schemaGrace, InstantSource.system()),
                settings.join().farFuture(),
                settings.join().beaconFarFuture(),
                settings.join().maxAmountMicros(),
                InstantSource.system()));
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
        return LedgerMover.of(new KafkaSink(new KafkaClients(settings.kafka()), settings.group()), List.of());
    }

    @Override
    public BlockLoop loop(GroupSettings settings, TaskMetrics metrics) {
        OpenStore store = OpenStore.of(settings, metrics);
        return new DataflowLoop(
                steps(settings),
                Runtime.getRuntime().availableProcessors(),
                metrics.measured(store.cells(), store.bytes()),
                store.identity(settings.group()),
                metrics.measured(new KafkaSink(
                        new KafkaClients(settings.kafka()), settings.group(), settings.copyRules(), metrics::sent)),
                new OperatorLink(GroupNodes.connect(settings, this), store::checkpoint).start(),
                helpers(),
                InstantSource.system(),
                BackoffRetrier.real(metrics),
                metrics);
    }

    /**
     * Creates join steps by the rules of a group.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is needed and unavailable
     */
    public static StepFactory steps(GroupSettings settings) {
        JoinSettings rules = settings.joinSettings();
        RegistrySchemas schemas = RegistrySchemas.connect(settings.registry());
        StepBounds bounds = new StepBounds(Runtime.getRuntime().maxMemory() / OUTPUT_SHARE, MAX_TIMERS);
        Enrichment files = EnrichmentData.open(settings.enrichment());
        Function<Enrichment, JoinStep> steps =
                data -> new JoinStep(rules, new LastClick(), schemas.ids(), schemas, bounds, data);
        if (settings.enrichment() == null || settings.enrichment().campaigns() == Campaigns.IGNORED) {
            return () -> steps.apply(files);
        }
        PostgresSection postgres = settings.postgres();
        CampaignSnapshots campaigns = CampaignSnapshots.open(
                new PostgresSettings(postgres.url(), postgres.user(), postgres.password()), CAMPAIGN_INTERVAL);
        return new RenewedSteps(files, campaigns, steps);
    }

    /** Threads that end by themselves when they have nothing to do. */
    private static Executor helpers() {
        return Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "lightflow-helper");
            thread.setDaemon(true);
            return thread;
        });
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
            OpenStore.aerospike(settings).close();
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
