package io.lightflow.deploy.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.sql.SqlTable;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the command finds tables: a group's catalog, or the folder of a local stack. */
final class TableSource implements AutoCloseable {
    private static final String CATALOG_SCHEMA = "lightflow_archive";

    private final ArchiveCatalog catalog;
    private final List<String> groups;
    /** Null if PostgreSQL ran already. */
    private final EmbeddedPostgresServer postgres;

    private TableSource(ArchiveCatalog catalog, List<String> groups, EmbeddedPostgresServer postgres) {
        this.catalog = catalog;
        this.groups = groups;
        this.postgres = postgres;
    }

    static TableSource ofSettings(Path file) {
        GroupSettings settings = GroupSettings.read(file);
        return new TableSource(ArchiveTopology.catalog(settings), List.of(settings.group()), null);
    }

    /**
     * The folder of a local stack. Starts its PostgreSQL unless the stack runs.
     *
     * @throws IllegalArgumentException if the folder has no archive
     */
    static TableSource ofFolder(Path data) {
        Path archive = data.toAbsolutePath().normalize().resolve("archive");
        Path database = archive.resolveSibling("postgres");
        if (!Files.isDirectory(archive) || !Files.isDirectory(database)) {
            throw new IllegalArgumentException("expected a folder that `lightflow up --data " + data
                    + "` has filled, with the subfolders archive and postgres, found none of the two or only one");
        }
        Optional<String> running = EmbeddedPostgresServer.jdbcUrlOfRunning(database);
        EmbeddedPostgresServer postgres = running.isPresent() ? null : new EmbeddedPostgresServer(database);
        try {
            if (postgres != null) {
                postgres.start();
            }
            ArchiveCatalog catalog = ArchiveCatalog.jdbc(
                    running.orElseGet(() -> postgres.jdbcUrl()),
                    EmbeddedPostgresServer.USER,
                    null,
                    CATALOG_SCHEMA,
                    archive.toUri().toString(),
                    Map.of());
            return new TableSource(catalog, catalog.groups(), postgres);
        } catch (RuntimeException e) {
            if (postgres != null) {
                postgres.close();
            }
            throw e;
        }
    }

    /** The tables at their current snapshots. */
    List<SqlTable> current() {
        List<SqlTable> tables = new ArrayList<>();
        groups.forEach(group -> tables.addAll(SqlTable.of(catalog, group)));
        return tables;
    }

    @Override
    public void close() {
        try {
            catalog.close();
        } finally {
            if (postgres != null) {
                postgres.close();
            }
        }
    }
}
