package io.lightflow.deploy.local;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What the local stack is to be like.
 *
 * @param data folder of everything that it keeps
 * @param groups the groups and their data centers
 * @param shards partitions of every light and joined topic
 * @param microBatch how often statistics are committed
 * @param allowedDisorder of the join
 * @param pollRecords how many records a task polls for one batch, about
 * @param dataflowParallelism tasks of each topology {@code dataflow}
 * @param path whether events come by front clusters and the mirror
 * @param registries how many schema registries there are
 * @param aerospike the join store, with the beginning of its sets' names if they are not to be the folder's; null:
 *     RocksDB, in the folder
 * @param reports whether campaigns, budgets and statistics are served
 * @param postgres further settings of the PostgreSQL server
 */
public record LocalSettings(
        Path data,
        List<DcGroup> groups,
        int shards,
        Duration microBatch,
        Duration allowedDisorder,
        int pollRecords,
        int dataflowParallelism,
        EventPath path,
        Registries registries,
        AerospikeCluster aerospike,
        boolean reports,
        Map<String, String> postgres) {

    /** How light events come to the central cluster. */
    public enum EventPath {
        /** As in production: each data center's own cluster, and MirrorMaker. */
        MIRRORED,
        /** Straight to the central cluster, to measure the topologies alone. */
        DIRECT
    }

    /** Where schemas are registered. */
    public enum Registries {
        /** With one for all. */
        ONE,
        /** With one in each data center, besides that of the topologies; all of them are kept alike. */
        ONE_PER_DC
    }

    public LocalSettings {
        Objects.requireNonNull(data, "data");
        groups = List.copyOf(groups);
        postgres = Map.copyOf(postgres);
    }

    public static LocalSettings in(Path data) {
        return new LocalSettings(
                data,
                DcGroup.LOCAL,
                4,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                50_000,
                1,
                EventPath.MIRRORED,
                Registries.ONE,
                null,
                false,
                Map.of());
    }

    public LocalSettings withGroups(List<DcGroup> others) {
        return changed(draft -> draft.groups = others);
    }

    public LocalSettings withShards(int other) {
        return changed(draft -> draft.shards = other);
    }

    public LocalSettings withMicroBatch(Duration other) {
        return changed(draft -> draft.microBatch = other);
    }

    public LocalSettings withAllowedDisorder(Duration other) {
        return changed(draft -> draft.allowedDisorder = other);
    }

    public LocalSettings withPollRecords(int other) {
        return changed(draft -> draft.pollRecords = other);
    }

    public LocalSettings withDataflowParallelism(int other) {
        return changed(draft -> draft.dataflowParallelism = other);
    }

    public LocalSettings with(EventPath other) {
        return changed(draft -> draft.path = other);
    }

    public LocalSettings with(Registries other) {
        return changed(draft -> draft.registries = other);
    }

    /** @param other null: RocksDB */
    public LocalSettings with(AerospikeCluster other) {
        return changed(draft -> draft.aerospike = other);
    }

    public LocalSettings withReports() {
        return changed(draft -> draft.reports = true);
    }

    LocalSettings withPostgres(Map<String, String> others) {
        return changed(draft -> draft.postgres = others);
    }

    private LocalSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** The same, while something of it is changed. */
    private static final class Draft {
        Path data;
        List<DcGroup> groups;
        int shards;
        Duration microBatch;
        Duration allowedDisorder;
        int pollRecords;
        int dataflowParallelism;
        EventPath path;
        Registries registries;
        AerospikeCluster aerospike;
        boolean reports;
        Map<String, String> postgres;

        Draft(LocalSettings settings) {
            data = settings.data();
            groups = settings.groups();
            shards = settings.shards();
            microBatch = settings.microBatch();
            allowedDisorder = settings.allowedDisorder();
            pollRecords = settings.pollRecords();
            dataflowParallelism = settings.dataflowParallelism();
            path = settings.path();
            registries = settings.registries();
            aerospike = settings.aerospike();
            reports = settings.reports();
            postgres = settings.postgres();
        }

        LocalSettings done() {
            return new LocalSettings(
                    data,
                    groups,
                    shards,
                    microBatch,
                    allowedDisorder,
                    pollRecords,
                    dataflowParallelism,
                    path,
                    registries,
                    aerospike,
                    reports,
                    postgres);
        }
    }

    List<String> dcs() {
        return groups.stream().flatMap(group -> group.dcs().stream()).toList();
    }
}
