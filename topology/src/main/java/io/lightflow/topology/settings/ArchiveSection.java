package io.lightflow.topology.settings;

import io.lightflow.secret.KafkaSecrets;
import io.lightflow.secret.SecretReferences;
import java.time.Duration;
import java.util.Map;

/**
 * The section of the topology {@code archive}.
 *
 * @param warehouse where the tables are, as a URI
 * @param catalogSchema schema of the database that holds the catalog
 * @param rest properties of a REST catalog, as Iceberg documents them; empty: the catalog is in the database
 * @param files properties of the storage, such as {@code io-impl}; empty: a local folder
 * @param commitInterval the longest time between two commits of records
 * @param bufferSize bytes of records in memory that cause an early commit
 * @param writers threads that write files
 * @param keepEvents how long tables keep their events, by table; a table that is not listed keeps them for ever
 * @param keepSnapshots how long readers may use snapshots that are no longer current
 * @param keepOrphans how long files stay that nothing refers to
 */
public record ArchiveSection(
        String warehouse,
        String catalogSchema,
        Map<String, String> rest,
        Map<String, String> files,
        Duration commitInterval,
        DataSize bufferSize,
        Integer writers,
        Integer heapMb,
        Map<String, Duration> keepEvents,
        Duration keepSnapshots,
        Duration keepOrphans) {
    public ArchiveSection {
        Require.present("archive.warehouse", warehouse);
        catalogSchema = Require.orElse(catalogSchema, "lightflow_archive");
        Require.name("archive.catalogSchema", catalogSchema);
        rest = Require.filled("archive.rest", rest);
        files = Require.filled("archive.files", files);
        commitInterval = Require.within(
                "archive.commitInterval",
                Require.orElse(commitInterval, Duration.ofSeconds(30)),
                Duration.ofSeconds(1),
                Duration.ofMinutes(10));
        bufferSize = Require.within(
                "archive.bufferSize",
                Require.orElse(bufferSize, DataSize.ofMegabytes(128)),
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(4096));
        writers = Require.within("archive.writers", Require.orElse(writers, 2), 1, 64);
        heapMb = TaskSpread.of("archive", null, null, heapMb).heapMb();
        keepEvents = Require.filled("archive.keepEvents", keepEvents);
        keepEvents.forEach((table, keep) ->
                Require.within("archive.keepEvents." + table, keep, Duration.ofHours(1), Duration.ofDays(40_000)));
        keepSnapshots = Require.within(
                "archive.keepSnapshots",
                Require.orElse(keepSnapshots, Duration.ofHours(2)),
                Duration.ofMinutes(10),
                Duration.ofDays(400));
        keepOrphans = Require.within(
                "archive.keepOrphans",
                Require.orElse(keepOrphans, Duration.ofDays(1)),
                Duration.ofHours(2),
                Duration.ofDays(400));
    }

    /**
     * The properties of the REST catalog with the secrets that they refer to.
     *
     * @throws SettingsException if a variable is not set, or a file unreadable
     */
    public Map<String, String> resolvedRest() {
        return resolved("archive.rest", rest);
    }

    /**
     * The properties of the storage with the secrets that they refer to.
     *
     * @throws SettingsException if a variable is not set, or a file unreadable
     */
    public Map<String, String> resolvedFiles() {
        return resolved("archive.files", files);
    }

    private static Map<String, String> resolved(String path, Map<String, String> properties) {
        try {
            return KafkaSecrets.resolve(path, properties, new SecretReferences(System.getenv()));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /** Without the properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ArchiveSection[warehouse=" + warehouse + ", catalogSchema=" + catalogSchema + ", rest="
                + rest.keySet() + ", files=" + files.keySet() + ", commitInterval=" + commitInterval
                + ", bufferSize=" + bufferSize + ", writers=" + writers + ", heapMb=" + heapMb
                + ", keepEvents=" + keepEvents + ", keepSnapshots=" + keepSnapshots + ", keepOrphans="
                + keepOrphans + "]";
    }
}
