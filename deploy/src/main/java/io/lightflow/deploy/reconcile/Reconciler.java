package io.lightflow.deploy.reconcile;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.event.WriterSchemas;
import io.lightflow.position.Position;
import io.lightflow.sql.LocalCopies;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.certificate.ClosedHours;
import io.lightflow.topology.certificate.PossibleRules;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SubmittedRules;
import io.lightflow.topology.statistics.StatisticsTopology;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Reconciles hours of a group: its topics, its tables in the archive, and PostgreSQL. It only reads, so the topologies
 * keep working meanwhile. Keeps its connections; not thread-safe.
 */
public final class Reconciler implements AutoCloseable {
    /** For the files of all tables that are in HDFS or S3. */
    private static final Duration COPY_TIMEOUT = Duration.ofMinutes(30);

    private final GroupSettings settings;
    private final Limits limits;
    private final Ledgers ledgers;
    private final ArchiveCatalog catalog;
    private final WriterSchemas schemas;

    /**
     * What an hour may use.
     *
     * @param memoryMb memory outside the Java heap, MiB
     * @param copiesMb disk space for copies of files that are in HDFS or S3, MiB
     * @param maxWait the longest wait until the archive holds the hour
     */
    public record Limits(int memoryMb, int copiesMb, int threads, Duration maxWait) {}

    /** What the topologies say about themselves. */
    public interface Ledgers extends AutoCloseable {
        /** The positions of the join. */
        ShardPositions joins();

        /** The positions of {@code stats-counter}. */
        ShardPositions counts();

        /** The rules of the join since earlier submissions. */
        List<SubmittedRules> submittedRules();

        @Override
        void close();
    }

    /** Takes over the ledgers and the catalog, and closes them. */
    public Reconciler(
            GroupSettings settings, Limits limits, Ledgers ledgers, ArchiveCatalog catalog, WriterSchemas schemas) {
        this.settings = settings;
        this.limits = limits;
        this.ledgers = ledgers;
        this.catalog = catalog;
        this.schemas = schemas;
    }

    /** Connects to all that the settings name. */
    public static Reconciler connect(GroupSettings settings, Limits limits) {
        ArchiveCatalog catalog = ArchiveTopology.catalog(settings);
        return new Reconciler(
                settings, limits, new RealLedgers(settings), catalog, RegistrySchemas.connect(settings.registry()));
    }

    private static final class RealLedgers implements Ledgers {
        private final ShardPositions joins;
        private final ShardPositions counts;
        private final GroupNodes nodes;

        RealLedgers(GroupSettings settings) {
            this.joins = DataflowTopology.INSTANCE.positions(settings);
            this.counts = StatisticsTopology.INSTANCE.positions(settings);
            this.nodes = GroupNodes.connect(settings, DataflowTopology.INSTANCE);
        }

        @Override
        public ShardPositions joins() {
            return joins;
        }

        @Override
        public ShardPositions counts() {
            return counts;
        }

        @Override
        public List<SubmittedRules> submittedRules() {
            return nodes.submittedRules(Instant.now());
        }

        @Override
        public void close() {
            joins.close();
            counts.close();
            nodes.close();
        }
    }

    private List<Integer> allShards() {
        return IntStream.range(0, settings.shards()).boxed().toList();
    }

    /**
     * The beginning of the newest hour that is closed: every shard's watermark is past its end, in both topologies.
     *
     * @throws io.lightflow.topology.certificate.HourNotClosedException if there is none
     */
    public Instant newestClosed() {
        return ClosedHours.newest(
                settings.group(),
                List.of(ledgers.joins().read(allShards()), ledgers.counts().read(allShards())));
    }

    /**
     * Compares an hour.
     *
     * @param hour its beginning
     * @throws io.lightflow.topology.certificate.HourNotClosedException if it is not closed yet
     * @throws HourNotArchivedException if the archive does not hold it yet
     */
    public Reconciliation reconcile(Instant hour) {
        Map<Integer, Position> counted = ledgers.joins().read(allShards());
        ClosedHours.require(hour, DataflowTopology.INSTANCE, counted);
        try (StatisticsHour statistics = StatisticsHour.open(settings.postgres(), hour);
                ScratchDatabase database = ScratchDatabase.open(limits.memoryMb(), limits.threads());
                LocalCopies copies = new LocalCopies(database.subfolder("copies"), limits.copiesMb())) {
            copies.startQuery(COPY_TIMEOUT);
            database.execute(SetSum.MACRO);
            SortedMap<String, SortedMap<Integer, Position>> summed = statistics.positions();
            SortedMap<Integer, Position> own = summed.computeIfAbsent(settings.group(), absent -> new TreeMap<>());
            allShards().forEach(shard -> own.putIfAbsent(shard, Position.START));
            ClosedHours.require(hour, StatisticsTopology.INSTANCE, own);
            Map<Integer, Position> decided = ClosedHours.afterTimers(ledgers.joins(), counted);
            PossibleRules rules = new PossibleRules(settings.group(), ledgers.submittedRules(), settings.join());
            return new HourReconciliation(
                            new HourReconciliation.Access(settings, limits, catalog, copies, schemas),
                            hour,
                            database,
                            rules,
                            counted,
                            decided)
                    .compare(statistics, summed);
        }
    }

    @Override
    public void close() {
        ledgers.close();
        catalog.close();
    }
}
