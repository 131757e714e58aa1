package io.lightflow.deploy.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.StackFolder;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.PostgresSection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where queries find the tables of the archive: in the catalogs of groups, or in the folder of a local stack. Used by
 * one thread.
 */
public final class TableSource implements AutoCloseable {
    private static final String CATALOG_SCHEMA = "lightflow_archive";

    private final SortedMap<String, ArchiveCatalog> catalogs;
    /** Of each group; empty if the tables are those of {@link #folder}. */
    private final Map<String, GroupSettings> settings;

    private final Optional<StackFolder> folder;

    private TableSource(
            SortedMap<String, ArchiveCatalog> catalogs,
            Map<String, GroupSettings> settings,
            Optional<StackFolder> folder) {
        this.catalogs = catalogs;
        this.settings = settings;
        this.folder = folder;
    }

    /** The tables of one group. */
    public static TableSource ofSettings(Path file) {
        return ofGroups(List.of(GroupSettings.read(file)));
    }

    /**
     * The tables of groups that have an archive. The statistics are those in the database of the first group.
     *
     * @throws io.lightflow.topology.settings.SettingsException if a group has no archive
     */
    public static TableSource ofGroups(List<GroupSettings> groups) {
        SortedMap<String, ArchiveCatalog> catalogs = new TreeMap<>();
        Map<String, GroupSettings> settings = new LinkedHashMap<>();
        for (GroupSettings group : groups) {
            settings.put(group.group(), group);
            catalogs.put(group.group(), ArchiveTopology.catalog(group));
        }
        return new TableSource(catalogs, settings, Optional.empty());
    }

    /**
     * The tables in the folder of a local stack. Starts its PostgreSQL unless the stack runs.
     *
     * @throws IllegalArgumentException if the folder has no archive
     */
    public static TableSource ofFolder(Path data) {
        Path archive = data.toAbsolutePath().normalize().resolve("archive");
        if (!Files.isDirectory(archive) || !Files.isDirectory(archive.resolveSibling("postgres"))) {
            throw new IllegalArgumentException("expected a folder that `lightflow up --data " + data
                    + "` has filled, with the subfolders archive and postgres, found none of the two or only one");
        }
        StackFolder folder = StackFolder.open(data);
        try {
            ArchiveCatalog catalog = ArchiveCatalog.jdbc(
                    folder.jdbcUrl(),
                    EmbeddedPostgresServer.USER,
                    null,
                    CATALOG_SCHEMA,
                    archive.toUri().toString(),
                    Map.of());
            SortedMap<String, ArchiveCatalog> catalogs = new TreeMap<>();
            catalog.groups().forEach(group -> catalogs.put(group, catalog));
            return new TableSource(catalogs, Map.of(), Optional.of(folder));
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** The groups that have tables, in alphabetical order. */
    public List<String> groups() {
        return List.copyOf(catalogs.keySet());
    }

    public ArchiveCatalog catalog(String group) {
        return catalogs.get(group);
    }

    /**
     * The settings of a group. In the folder of a local stack, the needed servers are started unless the stack runs.
     *
     * @return empty if the folder was filled by an older version, which did not store them
     */
    public Optional<GroupSettings> settings(String group, Set<StackFolder.Server> needed) {
        return folder.isPresent() ? folder.get().settings(group, needed) : Optional.ofNullable(settings.get(group));
    }

    /** The database with the statistics. */
    StatisticsRows.Database database() {
        if (folder.isPresent()) {
            return new StatisticsRows.Database(folder.get().jdbcUrl(), EmbeddedPostgresServer.USER, null);
        }
        PostgresSection postgres = settings.values().iterator().next().postgres();
        return new StatisticsRows.Database(postgres.url(), postgres.user(), postgres.password());
    }

    @Override
    public void close() {
        try {
            catalogs.values().stream().distinct().forEach(ArchiveCatalog::close);
        } finally {
            folder.ifPresent(StackFolder::close);
        }
    }
}
