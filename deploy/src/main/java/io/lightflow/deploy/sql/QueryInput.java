package io.lightflow.deploy.sql;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.local.StackFolder.Server;
import io.lightflow.deploy.sql.QueryOptions.Unarchived;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.sql.LocalCopies;
import io.lightflow.sql.SqlEngine;
import io.lightflow.sql.SqlException;
import io.lightflow.sql.SqlRows;
import io.lightflow.sql.SqlStatement;
import io.lightflow.sql.SqlTable;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.kafka.common.KafkaException;

/**
 * What one query reads: tables of the archive at their current snapshots with the rows that these do not hold yet, and
 * statistics of PostgreSQL.
 *
 * @param notes what the user should know, as sentences
 */
public record QueryInput(List<SqlTable> tables, List<SqlRows> statistics, List<String> notes) {

    /**
     * Reads what a statement may read.
     *
     * @param copies of files that are in no local folder
     * @param folder an existing folder for files, which are needed until the query has ended
     * @throws SqlException if something is unavailable or too large
     */
    public static QueryInput read(
            SqlStatement statement, TableSource source, QueryOptions options, LocalCopies copies, Path folder) {
        copies.startQuery(options.timeout());
        List<SqlTable> tables = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        // With several groups, a name of a table needs that of its group.
        boolean readsAllGroups = source.groups().size() == 1 || statement.mayRead(SqlEngine.ALL_GROUPS);
        for (String group : source.groups()) {
            Map<ArchiveTable, Table> read = new EnumMap<>(ArchiveTable.class);
            for (ArchiveTable kind : ArchiveTable.values()) {
                if ((readsAllGroups || statement.mayRead(group)) && statement.mayRead(kind.tableName())) {
                    source.catalog(group).existingTable(group, kind).ifPresent(table -> read.put(kind, table));
                } else if (statement.describesTables()) {
                    source.catalog(group)
                            .existingTable(group, kind)
                            .ifPresent(table -> tables.add(SqlTable.withoutRows(group, kind, table)));
                }
            }
            Map<ArchiveTable, List<Path>> later = options.unarchived() == Unarchived.INCLUDED && !read.isEmpty()
                    ? unarchived(source, group, read, options, folder, notes)
                    : Map.of();
            read.forEach((kind, table) -> tables.add(SqlTable.of(group, kind, table, options.events(), copies)
                    .with(later.getOrDefault(kind, List.of()))));
        }
        List<SqlRows> statistics = new StatisticsRows(
                        source.database(), options.statistics(), options.maxStatistics(), options.timeout())
                .copy(statement, folder);
        return new QueryInput(tables, statistics, notes);
    }

    private static Map<ArchiveTable, List<Path>> unarchived(
            TableSource source,
            String group,
            Map<ArchiveTable, Table> tables,
            QueryOptions options,
            Path folder,
            List<String> notes) {
        Optional<GroupSettings> settings;
        try {
            settings = source.settings(group, EnumSet.of(Server.CENTRAL_KAFKA, Server.REGISTRY));
        } catch (IllegalStateException e) {
            throw SqlException.unavailable(
                    "the servers of the stack cannot start. Leave out the events that are not archived yet with"
                            + " --archived-only, or start the stack." + because(e),
                    e);
        }
        if (settings.isEmpty()) {
            notes.add("The folder has no settings of the group " + group + ", so the query sees archived events only."
                    + " `lightflow up` stores them when it starts.");
            return Map.of();
        }
        GroupSettings found = settings.get();
        try {
            UnarchivedRows.Found rows = new UnarchivedRows(
                            found,
                            RegistrySchemas.connect(found.registry()),
                            options.maxUnarchived(),
                            options.threads(),
                            folder)
                    .read(tables);
            notes.addAll(rows.notes());
            return rows.files();
        } catch (KafkaException | SchemasUnavailableException e) {
            throw SqlException.unavailable(
                    "the events that are not archived yet cannot be read from Kafka at "
                            + found.kafka().bootstrapServers() + ". Leave them out with --archived-only, or try again."
                            + because(e),
                    e);
        }
    }

    private static String because(RuntimeException cause) {
        return System.lineSeparator() + "  because: " + cause.getMessage();
    }
}
