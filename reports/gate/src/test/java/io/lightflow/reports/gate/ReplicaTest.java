package io.lightflow.reports.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real hot standby: it is read there, and listened at the primary, however far the standby lies behind. */
class ReplicaTest {
    @TempDir
    private Path folder;

    @Test
    void theCutOffDoesNotWaitForTheReplicaAndEndsWhenTheReplicaHasCaughtUp() throws Exception {
        try (TestDatabase primary = new TestDatabase()) {
            primary.campaign("total", "total_budget_micros", "20");
            primary.spend("total", 19);
            try (EmbeddedPostgres replica = startReplicaOf(primary)) {
                String url = "jdbc:postgresql://127.0.0.1:" + replica.getPort() + "/postgres";
                BudgetGateSettings settings = new BudgetGateSettings(
                        url,
                        Optional.of(primary.url),
                        "postgres",
                        "postgres",
                        primary.schema,
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1),
                        Optional.of(Duration.ofMinutes(5)),
                        StalePolicy.REFUSE);
                try (BudgetGate gate = new BudgetGate(settings)) {
                    gate.start();
                    BudgetGateTest.await("the gate listens", gate::isListening);
                    BudgetGateTest.await("the campaign goes", () -> gate.decide("total") == Decision.GO);
                    ask(url, "SELECT pg_wal_replay_pause()");
                    BudgetGateTest.await("the replica lags", () -> ask(url, "SELECT pg_get_wal_replay_pause_state()")
                            .equals("paused"));

                    primary.spend("total", 1);
                    long committed = System.nanoTime();
                    BudgetGateTest.await("the cut-off", () -> gate.decide("total") == Decision.EXHAUSTED);
                    assertThat(System.nanoTime() - committed).isLessThan(1_000_000_000L);
                    // What the replica shows, which is an earlier state, does not lift it.
                    primary.execute("UPDATE campaign SET total_budget_micros = 30");
                    long polls = gate.polls();
                    BudgetGateTest.await("two more polls", () -> gate.polls() >= polls + 2);
                    assertThat(gate.decide("total")).isEqualTo(Decision.EXHAUSTED);

                    ask(url, "SELECT pg_wal_replay_resume()");
                    BudgetGateTest.await("the raised budget", () -> gate.decide("total") == Decision.GO);
                }
                try (BudgetGate gate = new BudgetGate(
                        BudgetGateSettings.of(url, "postgres", "postgres").withSchema(primary.schema))) {
                    gate.start();
                    BudgetGateTest.await("a first reading", () -> gate.decide("total") == Decision.GO);
                    assertThat(gate.isListening()).isFalse();
                }
            }
        }
    }

    /** From a copy of the primary's files, as its handbook describes a base backup. */
    private EmbeddedPostgres startReplicaOf(TestDatabase primary) throws SQLException, IOException {
        Path copy = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
        try (Connection connection = DriverManager.getConnection(primary.url, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('copy', true)");
            copyFiles(Path.of(ask(primary.url, "SHOW data_directory")), copy);
            try (ResultSet stopped = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                stopped.next();
                Files.writeString(copy.resolve("backup_label"), stopped.getString(1));
            }
        }
        Files.createFile(copy.resolve("standby.signal"));
        String port = primary.url.replaceAll(".*:(\\d+)/.*", "$1");
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n");
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(folder.toFile())
                .setDataDirectory(copy)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofMinutes(1))
                .start();
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.filter(file -> !file.equals(from)).toList();
        }
        for (Path file : files) {
            Path relative = from.relativize(file);
            boolean isLog = relative.startsWith("pg_wal") && Files.isRegularFile(file);
            if (!isLog && !relative.startsWith("postmaster.pid")) {
                try {
                    Files.copy(file, to.resolve(relative));
                } catch (NoSuchFileException e) {
                    // A temporary file of the running server.
                }
            }
        }
    }

    private static String ask(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }
}
