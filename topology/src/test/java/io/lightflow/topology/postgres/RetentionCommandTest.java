package io.lightflow.topology.postgres;

import static io.lightflow.topology.postgres.StatisticsSamples.commit;
import static io.lightflow.topology.postgres.StatisticsSamples.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RetentionCommandTest {
    private final PostgresServer server = PostgresServer.shared();

    @TempDir
    private Path folder;

    @Test
    void whatIsExpiredIsDroppedForEachTableThatHasARetentionAndForNoOther() throws Exception {
        PostgresSettings database = PostgresServer.through(server.port(), PostgresSettings.DEFAULT_SCHEMA);
        new PostgresSchema(database).migrate();
        Instant old = Instant.now().minus(Duration.ofDays(40));
        long minute = old.toEpochMilli() - Math.floorMod(old.toEpochMilli(), Statistics.MINUTE_MS);
        Statistics statistics = new Statistics();
        StatisticsSamples.add(statistics, key(minute, 1), 1);
        StatisticsSamples.add(statistics, key(minute + Duration.ofDays(40).toMillis(), 1), 1);
        try (PostgresStatisticsSink sink = new PostgresStatisticsSink(database, "retention", "us")) {
            sink.open(0);
            sink.commit(commit(0, 0, 10, statistics));
        }

        assertThat(run("--minutes", "14d", "--hours", "13mo", "--days", "10y")).isZero();

        assertThat(server.query(database, "SELECT count(*) FROM stats_minute")).isEqualTo("1");
        assertThat(server.query(database, "SELECT count(*) FROM stats_creative_minute"))
                .isEqualTo("1");
        assertThat(server.query(database, "SELECT count(*) FROM stats_hour")).isEqualTo("2");
        assertThat(server.query(
                        database, "SELECT count(*) FROM stats_kept WHERE kept_from <= now() - interval '14 days'"))
                .isEqualTo("4");
    }

    @Test
    void aScheduleOrARetentionThatCannotBeIsRefused() throws Exception {
        assertThat(run("--every", "1s")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--minutes", "0d")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--minutes", "14")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--hours", "P13M")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private int run(String... options) throws Exception {
        Path settings = Files.writeString(folder.resolve("us.yaml"), """
                group: us
                dataCenters: [us-west]
                shards: 8
                kafka: {bootstrapServers: "127.0.0.1:1"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "jdbc:postgresql://127.0.0.1:%d/postgres", user: postgres}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                """.formatted(server.port()));
        CommandLine commands = Main.commandLine();
        commands.setErr(new PrintWriter(new StringWriter()));
        String[] arguments = new String[options.length + 3];
        arguments[0] = "retention";
        arguments[1] = "--settings";
        arguments[2] = settings.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return commands.execute(arguments);
    }
}
