package io.lightflow.deploy.query;

import io.lightflow.deploy.jvm.JavaFlags;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.query.QueryOutcome;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.query.QueryTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The process in which a reports server runs queries, one after the other. It reads its settings and then queries as
 * lines of JSON, and writes a line for each outcome. It ends at the end of its standard input, also during a query.
 */
public final class QueryWorker {
    private static final String LOG_LEVEL = "lightflow.log.level";
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

    private QueryWorker() {}

    /** The command that starts such a process, with the class path of this one. */
    public static List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JavaFlags.withoutWarnings());
        // The heap holds rows that are not archived yet, and metadata of tables; DuckDB's memory is beside it.
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError"));
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.add("-D" + LOG_CONFIGURATION + "=classpath:log4j2.xml");
        command.add("-D" + LOG_LEVEL + "=" + System.getProperty(LOG_LEVEL, "WARN"));
        String tested = System.getProperty("surefire.test.class.path");
        command.addAll(List.of(
                "-cp", tested != null ? tested : System.getProperty("java.class.path"), QueryWorker.class.getName()));
        return command;
    }

    /** The main method of the process. */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        // Libraries may print; outcomes go to the standard output.
        System.setOut(System.err);
        ExecutorService queries = Executors.newSingleThreadExecutor();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String first = lines.readLine();
            if (first != null) {
                QuerySettings settings = ReportsJson.MAPPER.readValue(first, QuerySettings.class);
                SqlQueries sql = new SqlQueries(settings);
                WhyQueries why = new WhyQueries(settings);
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    QueryTask task = ReportsJson.MAPPER.readValue(line, QueryTask.class);
                    queries.execute(() -> write(out, task.sql() == null ? why.run(task) : sql.run(task)));
                }
            }
            Runtime.getRuntime().halt(0);
        } catch (IOException e) {
            throw new UncheckedIOException("expected lines of JSON", e);
        } finally {
            queries.shutdownNow();
        }
    }

    private static void write(PrintStream out, QueryOutcome outcome) {
        try {
            out.println(ReportsJson.MAPPER.writeValueAsString(outcome));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("an outcome consists of values that JSON can hold", e);
        }
    }
}
