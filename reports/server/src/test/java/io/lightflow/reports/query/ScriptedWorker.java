package io.lightflow.reports.query;

import io.lightflow.reports.http.ReportsJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process for queries that does what the text of a query says. */
public final class ScriptedWorker {
    private static final String COLUMNS = """
            [{"table_schema": "us", "table_name": "clicks", "column_name": "id", "data_type": "VARCHAR"},
             {"table_schema": "us", "table_name": "joined_clicks", "column_name": "event_time",
              "data_type": "TIMESTAMP WITH TIME ZONE"},
             {"table_schema": "us", "table_name": "joined_clicks", "column_name": "impression",
              "data_type": "STRUCT(\\"campaignId\\" VARCHAR, origin STRUCT(\\"a,b\\" BIGINT), price DECIMAL(18,2))"}]
            """;

    /** Of the report of invalid traffic. */
    private static final String MARKED = """
            [{"rule": "crawler", "campaign": "spring", "shadow": false, "impressions": 1200, "clicks": 3,
              "conversions": 0, "groups": 1},
             {"rule": "fast-click", "campaign": "=summer", "shadow": true, "impressions": 0, "clicks": 7,
              "conversions": 0, "groups": 1},
             {"rule": null, "campaign": null, "shadow": false, "impressions": 1, "clicks": 1, "conversions": 1,
              "groups": 2}]
            """;

    private ScriptedWorker() {}

    public static List<String> command() {
        String tested = System.getProperty("surefire.test.class.path");
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                tested != null ? tested : System.getProperty("java.class.path"),
                ScriptedWorker.class.getName());
    }

    public static void main(String[] arguments) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ReportsJson.MAPPER.readValue(lines.readLine(), QuerySettings.class);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            QueryTask task = ReportsJson.MAPPER.readValue(line, QueryTask.class);
            QueryOutcome outcome = run(task);
            if (outcome != null) {
                System.out.println(ReportsJson.MAPPER.writeValueAsString(outcome));
            }
        }
    }

    /** Null if it never ends. */
    private static QueryOutcome run(QueryTask task) throws IOException {
        if (task.sql() == null) {
            Path trace = Path.of("src", "test", "resources", "traces", task.text() + ".json");
            if (!Files.exists(trace)) {
                return QueryOutcome.without(QueryOutcome.Status.NOT_FOUND, "no event with the id " + task.text());
            }
            Files.copy(trace, task.result());
            return QueryOutcome.done(0, List.of());
        }
        String[] words = task.text().split(" ", 2);
        return switch (words[0]) {
            case "pid" -> {
                Files.writeString(
                        task.result(), Long.toString(ProcessHandle.current().pid()));
                yield QueryOutcome.done(1, List.of());
            }
            case "task" -> {
                Files.write(task.result(), ReportsJson.bytes(task));
                yield QueryOutcome.done(1, List.of("A note."));
            }
            case "select" -> {
                Files.writeString(task.result(), COLUMNS);
                yield QueryOutcome.done(3, List.of());
            }
            case "WITH" -> {
                Files.writeString(task.result(), MARKED);
                yield QueryOutcome.done(3, List.of());
            }
            case "rows" -> {
                Files.writeString(task.result(), words[1]);
                yield QueryOutcome.done(ReportsJson.MAPPER.readTree(words[1]).size(), List.of());
            }
            case "hang" -> {
                Files.writeString(
                        Path.of(words[1]), Long.toString(ProcessHandle.current().pid()));
                yield null;
            }
            case "crash" -> {
                Runtime.getRuntime().halt(3);
                yield null;
            }
            default -> QueryOutcome.without(QueryOutcome.Status.valueOf(words[0]), "because it says so");
        };
    }
}
