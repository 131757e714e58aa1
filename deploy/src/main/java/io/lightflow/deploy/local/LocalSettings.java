package io.lightflow.deploy.local;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.topology.settings.AerospikeCluster;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The settings of the local stack.
 *
 * @param data the directory of all its data
 * @param groups the groups and their data centers
 * @param shards partition count of every light and joined topic
 * @param microBatch the interval of committing statistics
 * @param allowedDisorder allowed disorder of the join
 * @param pollRecords approximate number of records that a task polls for one batch
 * @param dataflowParallelism number of tasks of each topology {@code dataflow}
 * @param path whether events pass front clusters and the mirror
 * @param registries which schema registries run
 * @param aerospike the join store, with an optional prefix of its sets; null for RocksDB in the directory
 * @param reports whether the reports server runs
 * @param capture whether each data center has a capture server, whose events have the time of the clock
 * @param archive whether each group has the topology {@code archive}, with its tables in the directory
 * @param postgres further settings of the PostgreSQL server
 * @param overlay settings of a group that replace those of the stack; null without any
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
        boolean capture,
        boolean archive,
        Map<String, String> postgres,
        GroupOverlay overlay) {

    /** How light events reach the central cluster. */
    public enum EventPath {
        /** As in production: through each data center's cluster and MirrorMaker. */
        MIRRORED,
        /** Directly to the central cluster, to measure only the topologies. */
        DIRECT
    }

    /** The schema registries. */
    public enum Registries {
        /** One registry for all. */
        ONE,
        /** One registry in each data center, in addition to that of the topologies; all are synchronized. */
        ONE_PER_DC
    }

    public LocalSettings {
        Objects.requireNonNull(data, "data");
        groups = List.copyOf(groups);
        postgres = Map.copyOf(postgres);
        if (capture && path == EventPath.DIRECT) {
            throw new IllegalArgumentException("capture: expected front clusters, to which the servers send events");
        }
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
                false,
                false,
                Map.of(),
                null);
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

    /** @param other null for RocksDB */
    public LocalSettings with(AerospikeCluster other) {
        return changed(draft -> draft.aerospike = other);
    }

    public LocalSettings withReports() {
        return changed(draft -> draft.reports = true);
    }

    public LocalSettings withCapture() {
        return changed(draft -> draft.capture = true);
    }

    public LocalSettings withArchive() {
        return changed(draft -> draft.archive = true);
    }

    /** @param other null without any */
    public LocalSettings with(GroupOverlay other) {
        return changed(draft -> draft.overlay = other);
    }

    LocalSettings withPostgres(Map<String, String> others) {
        return changed(draft -> draft.postgres = others);
    }

    private LocalSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** A mutable copy. */
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
        boolean capture;
        boolean archive;
        Map<String, String> postgres;
        GroupOverlay overlay;

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
            capture = settings.capture();
            archive = settings.archive();
            postgres = settings.postgres();
            overlay = settings.overlay();
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
                    capture,
                    archive,
                    postgres,
                    overlay);
        }
    }

    /**
     * Checks the settings that the groups will have, before any server is started.
     *
     * @throws io.lightflow.topology.settings.SettingsException if one is wrong
     */
    public void check() {
        String anywhere = "127.0.0.1:1";
        for (DcGroup group : groups) {
            new LocalGroup(this, group)
                    .groupSettings(
                            anywhere, Map.of(), URI.create("http://" + anywhere), "jdbc:postgresql://x/", anywhere);
        }
    }

    /** Where the archive's tables are. All groups share it: their tables are in namespaces. */
    public Path archiveFolder() {
        return data.toAbsolutePath().resolve("archive");
    }

    /** The directory in which the processes of the stack name their metrics endpoints for Prometheus. */
    public Path targetsFolder() {
        return data.toAbsolutePath().resolve("targets");
    }

    List<String> dcs() {
        return groups.stream().flatMap(group -> group.dcs().stream()).toList();
    }
}
