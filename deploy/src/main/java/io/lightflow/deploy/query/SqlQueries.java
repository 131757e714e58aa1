package io.lightflow.deploy.query;

import io.lightflow.deploy.sql.QueryInput;
import io.lightflow.deploy.sql.QueryOptions;
import io.lightflow.deploy.sql.QueryOptions.Unarchived;
import io.lightflow.deploy.sql.TableSource;
import io.lightflow.reports.query.QueryOutcome;
import io.lightflow.reports.query.QueryOutcome.Status;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.query.QueryTask;
import io.lightflow.sql.LocalCopies;
import io.lightflow.sql.ResultFormat;
import io.lightflow.sql.RowAccess;
import io.lightflow.sql.SqlEngine;
import io.lightflow.sql.SqlException;
import io.lightflow.sql.SqlLimits;
import io.lightflow.sql.SqlStatement;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs SQL queries over the tables of groups. Used by one thread. */
final class SqlQueries {
    private static final Logger LOG = LoggerFactory.getLogger(SqlQueries.class);
    private static final long MAX_STATISTICS = 2_000_000;

    private final QuerySettings settings;
    private final List<GroupSettings> groups;
    /** Names of groups whose events no query sees. */
    private final List<String> groupsWithoutArchive;
    /** Opened at the first query, and again after a failure; null before. */
    private TableSource tables;
    /** For the life of the process. */
    private final LocalCopies copies;

    SqlQueries(QuerySettings settings) {
        this.settings = settings;
        List<GroupSettings> all =
                settings.groups().stream().map(GroupSettings::read).toList();
        this.groups = all.stream().filter(group -> group.archive() != null).toList();
        this.groupsWithoutArchive = all.stream()
                .filter(group -> group.archive() == null)
                .map(GroupSettings::group)
                .toList();
        this.copies = new LocalCopies(settings.temporary(), settings.copiesMb());
    }

    QueryOutcome run(QueryTask task) {
        if (groups.isEmpty()) {
            return QueryOutcome.without(
                    Status.NOT_CONFIGURED,
                    "no group has tables: expected the section archive in one of the files of queries.groups, found"
                            + " none in " + settings.groups());
        }
        try {
            return runOnTables(task);
        } catch (SqlException e) {
            return switch (e.kind()) {
                case QUERY -> QueryOutcome.without(Status.REJECTED, e.getMessage());
                case TIMEOUT -> QueryOutcome.without(Status.TIMEOUT, e.getMessage());
                case UNAVAILABLE -> unavailable(e);
            };
        } catch (IOException | RuntimeException e) {
            return unavailable(e);
        }
    }

    private QueryOutcome runOnTables(QueryTask task) throws IOException {
        QueryTask.SqlOptions sql = task.sql();
        SqlStatement statement = SqlStatement.parse(task.text());
        RowAccess access = new RowAccess(
                Optional.ofNullable(task.advertiser()), Optional.ofNullable(sql.from()), Optional.ofNullable(sql.to()));
        QueryOptions options = new QueryOptions(
                sql.unarchived() == QueryTask.Unarchived.INCLUDED ? Unarchived.INCLUDED : Unarchived.LEFT_OUT,
                settings.maxUnarchived(),
                settings.threads(),
                access,
                access,
                MAX_STATISTICS,
                settings.timeout());
        SqlLimits limits = new SqlLimits(
                settings.memoryMb(),
                settings.diskMb(),
                settings.threads(),
                settings.timeout(),
                settings.maxRows(),
                task.folder());
        if (tables == null) {
            tables = TableSource.ofGroups(groups);
        }
        QueryInput input = QueryInput.read(statement, tables, options, copies, task.folder());
        try (SqlEngine engine =
                        SqlEngine.open(limits, tables.groups(), input.tables(), input.statistics(), access, statement);
                OutputStream out = Files.newOutputStream(task.result())) {
            long rows = engine.run(statement, format(sql.format()), out, percent -> {});
            return QueryOutcome.done(rows, notes(statement, input));
        }
    }

    private List<String> notes(SqlStatement statement, QueryInput input) {
        if (groupsWithoutArchive.isEmpty() || !statement.mayRead(SqlEngine.ALL_GROUPS)) {
            return input.notes();
        }
        List<String> notes = new ArrayList<>(input.notes());
        notes.add("The result lacks groups that have no archive: " + String.join(", ", groupsWithoutArchive) + ".");
        return notes;
    }

    private static ResultFormat format(QueryTask.Format format) {
        return switch (format) {
            case JSON -> ResultFormat.JSON;
            case CSV -> ResultFormat.CSV;
            case PARQUET -> ResultFormat.PARQUET;
        };
    }

    /** The message may tell of rows and files that the client must not see, so it stays here. */
    private QueryOutcome unavailable(Exception cause) {
        LOG.warn("A query failed", cause);
        if (tables != null) {
            tables.close();
            tables = null;
        }
        return QueryOutcome.without(
                Status.UNAVAILABLE,
                "PostgreSQL, Kafka or the storage of the archive is unavailable, and the server's log tells which:"
                        + " retry in a few seconds, or leave out events that are not archived yet with archived_only");
    }
}
