package io.lightflow.deploy.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.StackFolder;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where commands find the tables of the archive: a group's catalog, or the folder of a local stack. Used by one thread.
 */
public final class TableSource implements AutoCloseable {
    private static final String CATALOG_SCHEMA = "lightflow_archive";

    private final ArchiveCatalog catalog;
    private final List<String> groups;
    /** Null if the tables are those of {@link #folder}. */
    private final GroupSettings settings;
    /** Null if the tables are those of {@link #settings}. */
    private final StackFolder folder;

    private TableSource(ArchiveCatalog catalog, List<String> groups, GroupSettings settings, StackFolder folder) {
        this.catalog = catalog;
        this.groups = List.copyOf(groups);
        this.settings = settings;
        this.folder = folder;
    }

    /** The tables of one group. */
    public static TableSource ofSettings(Path file) {
        GroupSettings settings = GroupSettings.read(file);
        return new TableSource(ArchiveTopology.catalog(settings), List.of(settings.group()), settings, null);
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
            return new TableSource(catalog, catalog.groups(), null, folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** The groups that have tables, in alphabetical order. */
    public List<String> groups() {
        return groups;
    }

    public ArchiveCatalog catalog() {
        return catalog;
    }

    /**
     * The settings of a group. In the folder of a local stack, the needed servers are started unless the stack runs.
     *
     * @return empty if the folder was filled by an older version, which did not store them
     */
    public Optional<GroupSettings> settings(String group, Set<StackFolder.Server> needed) {
        if (folder != null) {
            return folder.settings(group, needed);
        }
        return settings.group().equals(group) ? Optional.of(settings) : Optional.empty();
    }

    /** The database with the statistics. */
    StatisticsRows.Database database() {
        if (folder != null) {
            return new StatisticsRows.Database(folder.jdbcUrl(), EmbeddedPostgresServer.USER, null);
        }
        GroupSettings.Postgres postgres = settings.postgres();
        return new StatisticsRows.Database(postgres.url(), postgres.user(), postgres.password());
    }

    @Override
    public void close() {
        try {
            catalog.close();
        } finally {
            if (folder != null) {
                folder.close();
            }
        }
    }
}
