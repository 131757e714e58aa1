package io.lightflow.deploy.sql;

import io.lightflow.deploy.options.GroupSource;
import io.lightflow.deploy.options.MegabytesOption;
import io.lightflow.deploy.sql.QueryOptions.Unarchived;
import io.lightflow.sql.LocalCopies;
import io.lightflow.sql.ResultFormat;
import io.lightflow.sql.RowAccess;
import io.lightflow.sql.SqlEngine;
import io.lightflow.sql.SqlException;
import io.lightflow.sql.SqlLimits;
import io.lightflow.sql.SqlStatement;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.operator.DurationOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.commons.io.file.PathUtils;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lightflow sql}. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = {
            "Query the tables of the archive, with the events that are not archived yet, and the statistics. Times are"
                    + " UTC.",
            "Without a query, read queries from the standard input; each ends with a semicolon at the end of a line."
        })
public final class SqlCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private GroupSource source;

    @Option(
            names = "--format",
            paramLabel = "table|csv|json|parquet",
            defaultValue = "table",
            description = "How to write the result. Default: ${DEFAULT-VALUE}.")
    private ResultFormat format;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "1GB",
            converter = MegabytesOption.class,
            description = "Memory of a query; what exceeds it goes to a temporary folder. Default: ${DEFAULT-VALUE}.")
    private int memoryMb;

    @Option(
            names = "--disk",
            paramLabel = "SIZE",
            defaultValue = "20GB",
            converter = MegabytesOption.class,
            description = "The most disk space for what exceeds the memory. Default: ${DEFAULT-VALUE}.")
    private int diskMb;

    @Option(
            names = "--copies",
            paramLabel = "SIZE",
            defaultValue = "10GB",
            converter = MegabytesOption.class,
            description = "The most disk space for copies of files that are in HDFS or S3. Default: ${DEFAULT-VALUE}.")
    private int copiesMb;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Leave out earlier events, such as of before" + " 2026-01-01T13:00:00Z.")
    private Instant from;

    @Option(names = "--to", paramLabel = "TIME", description = "Leave out events of this time and later ones.")
    private Instant to;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of a query. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            converter = DurationOption.class,
            description = "The longest time of a query. Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "100000",
            description = "The greatest number of rows of a result. Default: ${DEFAULT-VALUE}.")
    private long maxRows;

    @Option(names = "--archived-only", description = "Leave out events that are not archived yet.")
    private boolean archivedOnly;

    @Option(
            names = "--max-unarchived",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "The greatest number of records of a table that are read from Kafka. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long maxUnarchived;

    @Option(
            names = "--statistics-from",
            paramLabel = "TIME",
            description = "Leave out statistics of earlier times, such as 2026-01-01T13:00:00Z.")
    private Instant statisticsFrom;

    @Option(
            names = "--max-statistics",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "The greatest number of rows of a view of statistics. Default: ${DEFAULT-VALUE}.")
    private long maxStatistics;

    @Parameters(arity = "0..1", paramLabel = "QUERY", description = "One SELECT statement.")
    private String query;

    private final InputStream in;
    private final OutputStream out;

    private SqlCommand(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    public static CommandLine commandLine() {
        return commandLine(System.in, System.out);
    }

    /** A command with other standard streams. */
    public static CommandLine commandLine(InputStream in, OutputStream out) {
        return CommandErrors.installOn(
                new CommandLine(new SqlCommand(in, out)).setCaseInsensitiveEnumValuesAllowed(true));
    }

    @Override
    public Integer call() throws IOException {
        Path temporary = Files.createTempDirectory("lightflow-sql-");
        QueryOptions options = new QueryOptions(
                archivedOnly ? Unarchived.LEFT_OUT : Unarchived.INCLUDED,
                maxUnarchived,
                threads,
                new RowAccess(Optional.empty(), Optional.ofNullable(from), Optional.ofNullable(to)),
                new RowAccess(Optional.empty(), Optional.ofNullable(statisticsFrom), Optional.empty()),
                maxStatistics,
                timeout);
        try (TableSource tables = source.isFolder()
                        ? TableSource.ofFolder(source.folder())
                        : TableSource.ofSettings(source.settings());
                LocalCopies local = new LocalCopies(Files.createDirectory(temporary.resolve("copies")), copiesMb)) {
            Session session = new Session(tables, local, options, temporary.toAbsolutePath());
            if (query != null) {
                session.run(query);
                return 0;
            }
            return runAll(session);
        } finally {
            PathUtils.deleteDirectory(temporary);
        }
    }

    /** Runs queries, each on what is there when it begins. */
    private final class Session {
        private final TableSource tables;
        private final LocalCopies local;
        private final QueryOptions options;
        private final Path temporary;

        Session(TableSource tables, LocalCopies local, QueryOptions options, Path temporary) {
            this.tables = tables;
            this.local = local;
            this.options = options;
            this.temporary = temporary;
        }

        void run(String sql) throws IOException {
            SqlStatement statement = SqlStatement.parse(sql);
            Path folder = Files.createTempDirectory(temporary, "query-");
            SqlLimits limits = new SqlLimits(memoryMb, diskMb, threads, timeout, maxRows, folder);
            try {
                QueryInput input = QueryInput.read(statement, tables, options, local, folder);
                input.notes().forEach(spec.commandLine().getErr()::println);
                try (SqlEngine engine = SqlEngine.open(
                        limits, tables.groups(), input.tables(), input.statistics(), options.events(), statement)) {
                    engine.run(statement, format, out, SqlCommand::report);
                }
            } finally {
                PathUtils.deleteDirectory(folder);
            }
            out.flush();
        }
    }

    /** Runs one query after the other. The exit code is 1 if one failed. */
    private int runAll(Session session) throws IOException {
        boolean isDialogue = System.console() != null;
        int code = 0;
        BufferedReader input = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        prompt(isDialogue, lines);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            if (!line.isBlank() || !lines.isEmpty()) {
                lines.add(line);
            }
            if (line.strip().endsWith(";")) {
                code |= tryToRun(session, String.join("\n", lines));
                lines.clear();
            }
            prompt(isDialogue, lines);
        }
        return lines.isEmpty() ? code : code | tryToRun(session, String.join("\n", lines));
    }

    private int tryToRun(Session session, String sql) throws IOException {
        try {
            session.run(sql);
            return 0;
        } catch (SqlException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private static void prompt(boolean isDialogue, List<String> lines) {
        if (isDialogue) {
            System.err.print(lines.isEmpty() ? "sql> " : "  -> ");
        }
    }

    private static void report(double percent) {
        if (System.console() != null) {
            System.err.printf(Locale.ROOT, "\r%3.0f%% ", percent);
        }
    }
}
